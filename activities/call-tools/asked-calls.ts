import { canonicalHash } from '../../audit/canonical-hash.ts';
import type { Tx } from '../../db/database.ts';
import { inOneMessage } from '../../db/one-message.ts';
import {
  consentToCall,
  insertRequiredActions,
  markActionApplied,
  type SessionGrant,
} from '../../db/queries/required-action.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { taintOfSession } from '../../db/queries/taint.ts';
import type { NewToolCall, ToolCallRow } from '../../db/queries/tool-call.ts';
import { toolSourcesVersion } from '../../db/queries/tool-source.ts';
import type { RequiredAction, StandingOfAsked } from '../../domain/required-action.ts';
import { type CalledIn, type CheckArguments, PIN_RULE, verdictOf } from '../../domain/tool-verdict.ts';
import type { CatalogTool } from '../../mcp/listing/tool-catalog.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { ToolCallOutcome } from './finish-tool-call.ts';
import { newQuestion } from './new-question.ts';
import type { SessionCatalog } from './session-tools.ts';
import { outcomeOfNext } from './tool-outcome.ts';

/**
 * Asks for the approval of calls, in the transaction that stores them. An approval expires after the time that run or agent give
 * it, else after the idle time-out of its session.
 */
export function askForApproval(
  tx: Tx,
  session: Pick<SessionRow, 'id' | 'agentId' | 'idleTimeoutMs' | 'approvalTimeoutMs'>,
  calls: readonly NewToolCall[],
  nowMs: number,
): void {
  const actions = calls.flatMap((call) =>
    call.asked === undefined ? [] : [{ ...newQuestion(call, nowMs), kind: 'approval' as const, ...call.asked }],
  );
  const expireInMs = session.approvalTimeoutMs ?? session.idleTimeoutMs;
  insertRequiredActions(tx, { sessionId: session.id, agentId: session.agentId }, expireInMs, actions);
}

/**
 * Finds out, right before a call is dispatched, whether it may be. A call that asked needs an answer that was not used yet, and
 * is judged once more: policy, tool or server may have changed since it was answered. The answer is used up with this
 * transaction.
 */
export async function consentOf(
  tx: Tx,
  deps: Pick<StageDeps, 'sessionTools'>,
  session: SessionRow,
  call: ToolCallRow,
  check: CheckArguments<CatalogTool>,
): Promise<{ readonly kind: 'given' | 'missing' } | { readonly kind: 'refused'; readonly outcome: ToolCallOutcome }> {
  const { consent, version, taintedBy } = await inOneMessage({
    consent: consentToCall(tx, session.id, call.id),
    version: toolSourcesVersion(tx, session.id),
    taintedBy: taintOfSession(tx, session.id, call.turn),
  });
  if (consent === undefined) return { kind: call.verdict === 'allow' ? 'given' : 'missing' };
  markActionApplied(tx, consent.id);
  if (!consent.agentIsActive) {
    const output = `The agent was suspended or terminated since approval was asked for, so ${call.toolName} was not called.`;
    return { kind: 'refused', outcome: outcomeOfNext({ next: 'refuse', reasonCode: 'tool.not_allowed', output }) };
  }
  const catalog = await deps.sessionTools.catalog(tx, session, version);
  const standing = await standingOfAsked(call, consent, catalog, check, { taintedBy });
  if (standing.kind !== 'refused') return { kind: 'given' };
  return { kind: 'refused', outcome: outcomeOfNext({ next: 'refuse', ...standing }) };
}

/** True when a person has allowed this tool, in this definition, for the whole session where this rule asks. */
export function isGranted(grants: readonly SessionGrant[], wanted: SessionGrant): boolean {
  return grants.some(
    (grant) =>
      grant.serverId === wanted.serverId &&
      grant.serverTool === wanted.serverTool &&
      grant.pin === wanted.pin &&
      grant.rule === wanted.rule,
  );
}

/**
 * Judges a call again that somebody was asked about: whether its tool and its arguments are those of the question, and what
 * policy says by now.
 */
export async function standingOfAsked(
  call: ToolCallRow,
  action: Pick<RequiredAction, 'pin' | 'argsHash'>,
  catalog: SessionCatalog,
  check: CheckArguments<CatalogTool>,
  calledIn: CalledIn,
): Promise<StandingOfAsked> {
  const tool = catalog.byName.get(call.toolName);
  if (tool !== undefined && !isToolOf(tool, call, action)) {
    const output = `The tool ${call.toolName} is defined otherwise than when approval was asked for, so it was not called. Ask for it again if you still need it.`;
    return { kind: 'refused', rule: PIN_RULE, reasonCode: 'tool.definition_changed', output };
  }
  if (canonicalHash(call.args) !== action.argsHash) {
    const output = `The arguments of this call of ${call.toolName} are not those that approval was asked for, so it was not made.`;
    return { kind: 'refused', rule: 'approval', reasonCode: 'tool.approval_denied', output };
  }
  const judgement = await verdictOf({ name: call.toolName, args: call.args }, catalog, check, calledIn);
  switch (judgement.verdict) {
    case 'allow':
      return { kind: 'allowed', rule: judgement.rule };
    case 'ask':
      return { kind: 'asks' };
    case 'deny':
      return { kind: 'refused', rule: judgement.rule, reasonCode: judgement.reasonCode, output: judgement.output };
  }
}

function isToolOf(tool: CatalogTool, call: ToolCallRow, { pin }: Pick<RequiredAction, 'pin'>): boolean {
  return tool.serverId === call.serverId && tool.serverTool === call.serverTool && tool.hash === pin;
}
