import { canonicalHash } from '../audit/canonical-hash.ts';
import type { Tx } from '../db/database.ts';
import type { SessionRow } from '../db/queries/session.ts';
import { insertToolAudit, type ToolAuditEntry } from '../db/queries/tool-audit.ts';
import type { NewToolCall, ToolCallEnd, ToolCallRow, UnfinishedCall } from '../db/queries/tool-call.ts';
import type { ActionStatus, RequiredAction } from '../domain/required-action.ts';
import type { CatalogTool } from '../mcp/listing/tool-catalog.ts';
import { NO_SERVER } from './tool-call-lines.ts';

type Session = Pick<SessionRow, 'id' | 'agentId'>;
type Call = Pick<ToolCallRow, 'id' | 'turn' | 'toolName' | 'serverId' | 'serverTool'>;

/**
 * Notes the verdict on each call of an answer, in the transaction that stores the answer. Arguments are noted as a hash.
 * @param toolOf the tool of the catalog with which the verdict was taken
 */
export function auditDecisions(
  tx: Tx,
  session: Session,
  calls: readonly NewToolCall[],
  toolOf: (call: NewToolCall) => CatalogTool | undefined,
): void {
  insertToolAudit(
    tx,
    calls.map((call) => {
      const tool = toolOf(call);
      return entryOf(session, call, {
        kind: 'decision',
        action: 'tool_call.decide',
        verdict: call.verdict,
        detail: {
          rule: call.rule,
          reason_code: call.reasonCode ?? undefined,
          pin: tool?.hash,
          server: tool?.serverName,
          arguments_sha256: canonicalHash(call.args),
        },
      });
    }),
  );
}

/** Notes that a call is about to be sent, in the transaction that says so. @param pin the hash of the tool as it was pinned */
export function auditDispatch(tx: Tx, session: Session, call: Call, pin?: string): void {
  insertToolAudit(tx, [entryOf(session, call, { kind: 'dispatch', action: 'tool_call.dispatch', detail: { pin } })]);
}

/** Notes how a call came out, in the transaction that stores its result. */
export function auditOutcome(
  tx: Tx,
  session: Session,
  call: Call,
  end: Pick<ToolCallEnd, 'state' | 'reasonCode' | 'bytes' | 'latencyMs'> & { readonly made?: boolean | undefined },
): void {
  insertToolAudit(tx, [
    entryOf(session, call, {
      kind: 'outcome',
      action: 'tool_call.end',
      detail: {
        outcome: end.made === false ? 'not_made' : end.state,
        reason_code: end.reasonCode,
        bytes: end.bytes,
        latency_ms: end.latencyMs,
      },
    }),
  ]);
}

/** Notes what a call answered after it was given up. It is recorded, and its outcome stays as it was. */
export function auditLateAnswer(
  tx: Tx,
  session: Session,
  call: Call & Pick<ToolCallRow, 'attempts'>,
  end: Pick<ToolCallEnd, 'state' | 'bytes'>,
): void {
  const detail = { outcome: end.state, bytes: end.bytes, attempt: call.attempts };
  insertToolAudit(tx, [entryOf(session, call, { kind: 'outcome', action: 'tool_call.late_answer', detail })]);
}

/** Notes the calls that got a result because they will get no other. */
export function auditUnfinishedCalls(tx: Tx, session: Session, calls: readonly UnfinishedCall[]): void {
  insertToolAudit(
    tx,
    calls.map((call) =>
      entryOf(session, call, {
        kind: 'outcome',
        action: 'tool_call.end',
        detail: { outcome: call.state === 'unknown' ? 'unknown' : 'not_made', reason_code: 'tool.not_finished' },
      }),
    ),
  );
}

/** Notes a question about a call that no person has answered: it expired, or a rule decided it. */
export function auditDecidedAction(
  tx: Tx,
  session: Session,
  call: Call,
  action: Pick<RequiredAction, 'id' | 'kind'>,
  decided: { readonly status: ActionStatus; readonly by: string },
): void {
  const detail = { question: action.kind, decided_by: decided.by };
  const entry = entryOf(session, call, { kind: 'approval', action: `approval.${decided.status}`, detail });
  insertToolAudit(tx, [{ ...entry, target: action.id }]);
}

/** The name of a tool that there is not is the model's word, so it is left out (I10). */
function entryOf(
  session: Session,
  call: Call,
  what: Pick<ToolAuditEntry, 'kind' | 'action' | 'verdict' | 'detail'>,
): ToolAuditEntry {
  const known = call.serverId !== NO_SERVER;
  const { detail, ...rest } = what;
  return {
    ...rest,
    actor: session.agentId,
    target: call.id,
    sessionId: session.id,
    agentId: session.agentId,
    tool: known ? call.toolName : undefined,
    detail: {
      call_id: call.id,
      turn: call.turn,
      server_id: known ? call.serverId : undefined,
      server_tool: known ? call.serverTool : undefined,
      ...detail,
    },
  };
}
