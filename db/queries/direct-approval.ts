import type { ActionAnswer, ActionStatus } from '../../domain/required-action.ts';
import type { Tx } from '../database.ts';

/** The question that a person was asked about a direct call. */
export interface DirectApproval {
  readonly id: string;
  readonly toolCallId: string;
  readonly status: ActionStatus;
  readonly serverId: string;
  readonly serverTool: string;
  readonly argsHash: string;
  readonly pin: string;
  readonly answer: ActionAnswer | null;
  readonly isUsed: boolean;
  readonly isExpired: boolean;
  readonly expiresAt: Date;
}

/** Reads and locks an approval of a direct call, so that it is used once. */
export async function lockDirectApproval(tx: Tx, id: string): Promise<DirectApproval | undefined> {
  const rows = await tx.query<DirectApproval>(
    'lock-direct-approval',
    `SELECT id, tool_call_id AS "toolCallId", status, server_id AS "serverId", server_tool AS "serverTool",
            args_hash AS "argsHash", pin, answer, applied_at IS NOT NULL AS "isUsed",
            status = 'expired' OR expires_at <= now() AS "isExpired", expires_at AS "expiresAt"
       FROM required_action WHERE id = $1 AND tenant_id = $2 AND session_id IS NULL AND kind = 'approval' FOR UPDATE`,
    [id, tx.tenantId],
  );
  return rows[0];
}

/** Ends questions about direct calls that nobody answered in time. */
export function expireDirectApprovals(tx: Tx): void {
  tx.send(
    'expire-direct-approvals',
    `UPDATE required_action SET status = 'expired', answered_by = 'expiry', answered_at = now()
      WHERE tenant_id = $1 AND session_id IS NULL AND status = 'pending' AND expires_at <= now()`,
    [tx.tenantId],
  );
}

/** Erases the arguments in old questions about direct calls. */
export function eraseDirectArguments(tx: Tx, askedBefore: Date): void {
  tx.send(
    'erase-direct-arguments',
    `UPDATE required_action SET args = '{}'
      WHERE tenant_id = $1 AND session_id IS NULL AND asked_at < $2 AND status <> 'pending' AND args <> '{}'`,
    [tx.tenantId, askedBefore],
  );
}
