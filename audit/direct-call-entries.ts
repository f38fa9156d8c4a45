import type { Tx } from '../db/database.ts';
import type { DirectCallEnd, DirectToolCall } from '../db/queries/direct-tool-call.ts';
import { insertToolAudit, type ToolAuditEntry } from '../db/queries/tool-audit.ts';
import type { CallVerdict } from '../domain/tool-verdict.ts';
import { canonicalHash } from './canonical-hash.ts';

type Call = Pick<DirectToolCall, 'id' | 'keyId' | 'serverId' | 'serverName' | 'serverTool' | 'toolName'>;

/** Notes the verdict on a direct call, in the transaction that takes it. Arguments are noted as a hash. */
export function auditDirectDecision(
  tx: Tx,
  call: Call,
  judged: CallVerdict,
  about: {
    readonly pin: string;
    readonly args: Record<string, unknown>;
    readonly requestId: string;
    readonly approvalId: string | undefined;
  },
): void {
  const detail = {
    rule: judged.rule,
    reason_code: judged.verdict === 'allow' ? undefined : judged.reasonCode,
    pin: about.pin,
    arguments_sha256: canonicalHash(about.args),
    request_id: about.requestId,
    approval_id: about.approvalId,
  };
  note(tx, call, { kind: 'decision', action: 'tool_call.decide', verdict: judged.verdict, detail });
}

/** Notes that a direct call is about to be sent, in the transaction that says so. */
export function auditDirectDispatch(tx: Tx, call: Call, attempt: number, pin: string): void {
  note(tx, call, { kind: 'dispatch', action: 'tool_call.dispatch', detail: { attempt, pin } });
}

/** Notes how a direct call came out. @param isLate the call has an outcome already, which stays */
export function auditDirectOutcome(
  tx: Tx,
  call: Call,
  { state, reasonCode, bytes, latencyMs }: Pick<DirectCallEnd, 'state' | 'reasonCode' | 'bytes' | 'latencyMs'>,
  { isLate }: { readonly isLate: boolean },
): void {
  const detail = {
    reason_code: reasonCode ?? undefined,
    bytes,
    latency_ms: latencyMs,
    late: isLate ? true : undefined,
  };
  note(tx, call, { kind: 'outcome', action: 'tool_call.end', detail: { outcome: state, ...detail } });
}

function note(tx: Tx, call: Call, what: Pick<ToolAuditEntry, 'kind' | 'action' | 'verdict' | 'detail'>): void {
  const { id: call_id, serverId: server_id, serverName: server, serverTool: server_tool } = call;
  const { detail, ...rest } = what;
  insertToolAudit(tx, [
    {
      ...rest,
      actor: call.keyId,
      target: call_id,
      tool: call.toolName,
      detail: { call_id, server_id, server, server_tool, ...detail },
    },
  ]);
}
