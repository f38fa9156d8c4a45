import type { Tx } from '../../db/database.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import { mcpServerById } from '../../db/queries/mcp-server.ts';
import { insertRequiredActions, isAskedAbout } from '../../db/queries/required-action.ts';
import { readToolCall, type ToolCallRow } from '../../db/queries/tool-call.ts';
import { unknownEffectsOfTenant } from '../../db/queries/tool-policy.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { TurnRef } from '../stage-results.ts';
import { newQuestion } from './new-question.ts';

/**
 * Asks a person what became of a call that was dispatched and may have had its effect. One question is asked about each
 * dispatch, and from then on the answer of that dispatch is too late.
 * @param call.attempts how often it was dispatched
 * @param happened a sentence on what is known
 * @returns false when nobody is to be asked: the model is told instead, or the session is about to end
 */
export async function askAboutEffect(
  deps: Pick<StageDeps, 'db' | 'nowMs'>,
  ref: TurnRef,
  call: ToolCallRow,
  happened: string,
): Promise<boolean> {
  return deps.db.transaction(ref.tenantId, async (tx) => {
    const { session, ended, found, asked, reaction } = await behindLock(tx, ref, () => ({
      found: readToolCall(tx, ref.sessionId, call.id),
      asked: isAskedAbout(tx, ref.sessionId, call.id, call.attempts),
      reaction: unknownEffectsOfTenant(tx),
    }));
    if (ended !== undefined) return false;
    if (asked) return true;
    if (found?.state !== 'dispatched' || found.attempts !== call.attempts || reaction === 'tell') return false;
    if (session.inboxSeq > session.consumedInboxSeq && (await interruptWaits(tx, session.id))) return false;
    const question = {
      ...newQuestion(call, deps.nowMs()),
      kind: 'effect_unknown' as const,
      rule: 'effect_unknown',
      pin: await pinOf(tx, call),
      detail: { happened },
      attempt: call.attempts,
    };
    insertRequiredActions(tx, { sessionId: session.id, agentId: session.agentId }, session.idleTimeoutMs, [question]);
    return true;
  });
}

/** The hash of the tool's definition. A tool that is gone can't be called again, whatever the answer is. */
async function pinOf(tx: Tx, { serverId, serverTool }: ToolCallRow): Promise<string> {
  const server = await mcpServerById(tx, serverId);
  return server?.tools?.find(({ name }) => name === serverTool)?.hash ?? 'gone';
}
