import type { ApprovalResource } from '../../contract/approvals.ts';
import type { ActionView } from '../../db/queries/required-action-list.ts';
import { usdFromNano } from '../../domain/money.ts';

/** Makes the resource that clients see of something that waits for a person, or did. */
export function approvalResource(view: ActionView): ApprovalResource {
  return {
    id: view.id,
    kind: view.kind,
    status: view.status,
    session_id: view.sessionId,
    agent_id: view.agentId,
    tool_use_id: view.toolCallId,
    tool_name: view.toolName,
    server_id: view.serverId,
    effect: view.effect,
    args: view.args,
    rule: view.rule,
    turn_index: view.turn,
    happened: view.detail.happened,
    form: view.detail.form,
    cost_usd: usdFromNano(view.costNano),
    ran_before: view.before.map(({ toolName, turn, state }) => ({
      tool_name: toolName,
      turn_index: turn,
      outcome: state,
    })),
    created_at: view.createdAt.toISOString(),
    expires_at: view.expiresAt.toISOString(),
    answered_at: view.answeredAt?.toISOString() ?? null,
    answered_by: view.answeredBy,
    scope: view.answer?.scope,
    deny_message: view.answer?.denyMessage,
    action: view.answer?.action,
    call_state: view.callState,
    late_answer: view.late === null ? undefined : { outcome: view.late.state, preview: view.late.preview },
  };
}
