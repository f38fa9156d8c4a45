import type { z } from 'zod';
import type { SessionResource } from '../../contract/runs.ts';
import { replayRequestSchema } from '../../contract/session-replay.ts';
import type { Tx } from '../../db/database.ts';
import type { AgentRow } from '../../db/queries/agent.ts';
import { appendEvents } from '../../db/queries/event.ts';
import { holdTranscript, inheritTurns } from '../../db/queries/inherited-turns.ts';
import { openAccount, runAccount } from '../../db/queries/ledger.ts';
import { insertSession, type SessionRow } from '../../db/queries/session.ts';
import { copyContextTexts, setSessionContext } from '../../db/queries/session-context.ts';
import type { SessionView } from '../../db/queries/session-read.ts';
import { beginAtTurn, feedMessages, fileBytesOf, markReplay } from '../../db/queries/session-replay.ts';
import { taintOfSession } from '../../db/queries/taint.ts';
import { storeContextBlocks } from '../../db/queries/turn.ts';
import { usdFromNano } from '../../domain/money.ts';
import { changedContext } from '../../domain/session-context.ts';
import type { TriedPolicy } from '../../domain/tool-policy/tried-policy.ts';
import { newId } from '../../processes/ids.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findAndLockSession, type SessionRef } from './find-session.ts';
import { type OwnDocuments, ownDocuments } from './own-documents.ts';
import { beginningOfReplay, firstEvents, notReplayable } from './replay-beginning.ts';
import { readHeldSession, sessionResource } from './session-resource.ts';
import { startGoingOn } from './start-going-on.ts';
import { checkLiveSessions, modelsOfRun, openAccounts, runnableAgent } from './start-run.ts';
import { triedPolicy, unjudgedTool } from './tried-policy.ts';

interface Replay {
  readonly sessionId: string;
  readonly source: SessionRow;
  readonly request: z.infer<typeof replayRequestSchema>;
  readonly documents: OwnDocuments;
  readonly policy: TriedPolicy | undefined;
}

/**
 * Makes a session that is given the messages of an ended one, and the recorded results of its tool calls. It is one transaction,
 * as for a run: from its commit on the replay happens, whatever becomes of this process (I1). The recorded session is only read.
 * @throws ServiceError session_not_found, session_not_ended, session_not_replayable, unknown_tool, and what a run is refused with
 */
export const replaySession: Verb<SessionRef & { body: unknown }, SessionResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const request = parseInput(replayRequestSchema, input.body);
  const documents = ownDocuments(ctx, request.context);
  const policy = await triedPolicy(ctx, request.policy);
  const sessionId = newId('sess', ctx.nowMs());
  const session = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    // Under the lock it is neither erased nor made to go on before the replay stands.
    const source = await findAndLockSession(tx, input);
    refuseLive(source);
    await holdTranscript(tx, source.id);
    const agent = await runnableAgent(tx, source.agentId);
    const recording = { of: source.id, fromTurn: request.from_turn, agentId: source.agentId };
    await requireRoom(tx, { sessions: 1, ended_sessions: 1, file_bytes: await fileBytesOf(tx, recording) });
    const unjudged = policy && (await unjudgedTool(tx, ctx, policy, recording));
    if (unjudged !== undefined) {
      throw notReplayable(
        `it called ${unjudged}, which is not connected here, so no policy can be tried on its calls.`,
      );
    }
    await insertReplay(tx, ctx, agent, { sessionId, source, request, documents, policy });
    const { context, ...shown } = request;
    const named = context && Object.keys(context);
    await audit(tx, ctx, 'session.replay', sessionId, { ...shown, context: named, replay_of: source.id });
    await checkLiveSessions(tx, ctx, agent);
    const view = await readHeldSession(tx, sessionId);
    return sessionResource(view);
  });
  ctx.afterCommit(() => {
    ctx.notifier.inboxAppended(session.id);
    void startGoingOn(ctx, session.id);
  });
  return session;
};

function refuseLive({ endReason }: SessionRow): void {
  if (endReason !== null) return;
  throw new ServiceError('session_not_ended', 'The session has not ended. Only an ended session can be replayed.', {
    recovery: { action: 'Wait for session.status_ended, or end it with POST …/terminate.' },
  });
}

async function insertReplay(
  tx: Tx,
  ctx: ServiceContext,
  agent: AgentRow,
  { sessionId, source, request, documents, policy }: Replay,
): Promise<void> {
  const { from_turn: fromTurn, tools, on_missing: onMissing, seed } = request;
  const recordedModels = request.models === 'recorded';
  const models = Array.isArray(request.models) ? request.models : source.models;
  const view = await readHeldSession(tx, source.id);
  const beginning = await beginningOfReplay(tx, source, fromTurn);
  const { throughTurn, skipped, messages, waits } = beginning;
  await openRun(tx, ctx, agent, { sessionId, view, recordedModels, models });
  await insertSession(tx, {
    ...source,
    id: sessionId,
    apiKeyId: ctx.keyId,
    requestId: ctx.requestId,
    maxTurns: source.maxTurns - skipped,
    models,
    metadata: view.metadata,
  });
  const { given, texts } = documents;
  setSessionContext(tx, sessionId, changedContext(source.context, given));
  storeContextBlocks(tx, sessionId, texts);
  copyContextTexts(tx, sessionId, source.id, source.context);
  if (fromTurn > 0) {
    if (throughTurn !== null) inheritTurns(tx, sessionId, { sourceId: source.id, throughTurn });
    const taintedBy = await taintOfSession(tx, source.id, fromTurn);
    beginAtTurn(tx, sessionId, { turn: fromTurn, taintedBy, waits });
  }
  markReplay(tx, sessionId, { of: source.id, tools, onMissing, recordedModels, fromTurn, fedTurn: -1, seed, policy });
  if (messages !== undefined) {
    // These messages need no signal where the workflow begins with them.
    const ids = messages.seqs.map(() => newId('evt', ctx.nowMs()));
    feedMessages(tx, sessionId, messages, { ids, signalled: !waits });
  }
  appendEvents(tx, sessionId, firstEvents(beginning, { sessionId, source, view }));
}

/** With recorded answers, only the run has an account: nothing is paid, so nothing of the agent's day is needed. */
async function openRun(
  tx: Tx,
  ctx: ServiceContext,
  agent: AgentRow,
  run: {
    readonly sessionId: string;
    readonly view: SessionView;
    readonly recordedModels: boolean;
    readonly models: readonly string[] | null;
  },
): Promise<void> {
  const { sessionId, view, models } = run;
  const { capNano } = view;
  if (run.recordedModels) {
    openAccount(tx, { account: runAccount(sessionId), capNano });
    return;
  }
  await modelsOfRun(tx, ctx, models, view.onBudget);
  await openAccounts(tx, ctx, agent, sessionId, {
    budget_cap_usd: capNano === null ? undefined : usdFromNano(capNano),
  });
}
