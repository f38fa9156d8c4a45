import { canonicalHash } from '../../audit/canonical-hash.ts';
import type { AskedDirectCall } from '../../contract/direct-calls.ts';
import type { Tx } from '../../db/database.ts';
import { type DirectApproval, lockDirectApproval } from '../../db/queries/direct-approval.ts';
import { decideAction, insertRequiredActions, markActionApplied } from '../../db/queries/required-action.ts';
import { newId } from '../../processes/ids.ts';
import type { ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { JudgedCall } from './judge-call.ts';

/** The time that a person may take to answer, and for which an approval may be used. */
const EXPIRE_IN_MS = 86_400_000;

/** Asks a person about a direct call. The record is bound to the tool as it is pinned now and to these arguments. */
export async function askAbout(
  tx: Tx,
  ctx: ServiceContext,
  callId: string,
  { tool, judged, args }: JudgedCall,
): Promise<AskedDirectCall> {
  const id = newId('apr', ctx.nowMs());
  const { serverId, serverTool, effect, hash: pin, name: toolName } = tool;
  const { rule } = judged;
  const call = { toolCallId: callId, turn: null, serverId, serverTool, toolName, effect };
  insertRequiredActions(tx, { sessionId: null, agentId: null }, EXPIRE_IN_MS, [
    { ...call, id, kind: 'approval', rule, args, argsHash: canonicalHash(args), pin },
  ]);
  const asked = await lockDirectApproval(tx, id);
  if (asked === undefined) throw new Error('A question that was inserted is gone.');
  return askedCall(asked, rule);
}

/**
 * Uses an approval for the call that it is about.
 * @returns the id of the call, or the question, if nobody has answered it and policy still asks
 * @throws ServiceError approval_not_found, approval_expired, approval_used, tool_not_allowed
 */
export async function useApproval(
  tx: Tx,
  id: string,
  { tool, judged, args }: JudgedCall,
): Promise<{ readonly callId: string } | { readonly asked: AskedDirectCall }> {
  const approval = await lockDirectApproval(tx, id);
  const isForThis =
    approval?.serverId === tool.serverId &&
    approval.serverTool === tool.serverTool &&
    approval.pin === tool.hash &&
    approval.argsHash === canonicalHash(args);
  if (approval === undefined || !isForThis) {
    throw new ServiceError(
      'approval_not_found',
      `No approval "${id}" for this tool, as it is now, and these arguments.`,
      {
        param: 'approval_id',
        recovery: { action: 'Leave `approval_id` out to ask again.' },
      },
    );
  }
  if (approval.status === 'denied') {
    const said = approval.answer?.denyMessage;
    throw new ServiceError('tool_not_allowed', `A person denied this call${said === undefined ? '.' : `: ${said}`}`);
  }
  if (approval.isUsed) throw new ServiceError('approval_used', `The approval "${id}" was used for a call already.`);
  if (approval.isExpired) throw new ServiceError('approval_expired', `The approval "${id}" has expired.`);
  if (approval.status !== 'approved') {
    if (judged.verdict !== 'allow') return { asked: askedCall(approval, judged.rule) };
    decideAction(tx, id, 'approved', `rule:${judged.rule}`);
  }
  markActionApplied(tx, id);
  return { callId: approval.toolCallId };
}

function askedCall(
  { id, toolCallId, expiresAt }: Pick<DirectApproval, 'id' | 'toolCallId' | 'expiresAt'>,
  rule: string,
): AskedDirectCall {
  return {
    id: toolCallId,
    state: 'waiting_for_approval',
    approval_id: id,
    rule,
    expires_at: expiresAt.toISOString(),
    next: `When POST /v1/mcp/approvals/${id}/approve was sent, send this request again with "approval_id": "${id}".`,
  };
}
