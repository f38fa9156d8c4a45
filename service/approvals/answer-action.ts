import type { InboxEvent } from '../../contract/inbox.ts';
import type { Tx } from '../../db/database.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import { answerAction } from '../../db/queries/required-action.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { sessionsToJudgeAgain } from '../../db/queries/sessions-to-judge.ts';
import { insertToolAudit } from '../../db/queries/tool-audit.ts';
import type { ActionAnswer, ActionStatus, RequiredAction } from '../../domain/required-action.ts';
import { withoutSecrets } from '../../evaluation/redact-secrets.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import { allowAlways } from './allow-always.ts';
import { requireFits } from './form-answer.ts';

/** The most sessions that an answer wakes. A watch of the workers finds the others within seconds. */
const WOKEN_AT_ONCE = 100;

/** An event with which a person answers. */
export type AnsweringEvent = Extract<
  InboxEvent,
  { type: 'user.tool_confirmation' | 'user.effect_resolution' | 'user.form_response' }
>;

/** The same event without secrets: its texts are stored, and the model reads them (I10). */
export async function withoutSecretTexts(ctx: ServiceContext, event: AnsweringEvent): Promise<AnsweringEvent> {
  const evaluate = ctx.evaluator.of(ctx.tenantId);
  const redacted = async (text: string | undefined) => text && withoutSecrets(text, 'input', evaluate);
  switch (event.type) {
    case 'user.tool_confirmation':
      return { ...event, deny_message: await redacted(event.deny_message) };
    case 'user.effect_resolution':
      return { ...event, result: await redacted(event.result) };
    case 'user.form_response':
      // It goes to the server as it was entered, no model reads it, and it is forgotten then.
      return event;
  }
}

/**
 * Answers what a call waits for. This transaction holds the lock of the session, so the answer either precedes its expiry and
 * the end of the session, and is acted upon, or is refused.
 * @returns other sessions to wake when this transaction is committed, because the answer may release calls of theirs
 * @throws ServiceError invalid_request, session_interrupted, already_answered, approval_expired, policy_outranked, missing_scope
 */
export async function answerRequiredAction(
  tx: Tx,
  ctx: ServiceContext,
  on: {
    /** Null: the call was made without a session, and the row of the action is locked instead. */
    readonly session: Pick<SessionRow, 'id' | 'agentId'> | null;
    readonly action: RequiredAction;
    readonly event: AnsweringEvent;
  },
): Promise<readonly string[]> {
  const { session, action, event } = on;
  const { status, answer } = answerOf(event);
  if (event.type === 'user.form_response' && event.action === 'accept' && action.detail.form !== undefined) {
    requireFits(action.detail.form, event.content);
  }
  if (answer.scope === 'always') requireScope(ctx, 'admin');
  if (session !== null && (await interruptWaits(tx, session.id))) {
    throw new ServiceError('session_interrupted', 'The session is interrupted, so the call is not made any more.');
  }
  if (!(await answerAction(tx, action.id, { status, answer, answeredBy: ctx.keyId }))) throw refusal(action);
  insertToolAudit(tx, [
    {
      kind: 'approval',
      actor: ctx.keyId,
      action: `approval.${status}`,
      target: action.id,
      sessionId: session?.id,
      agentId: session?.agentId,
      tool: action.toolName,
      detail: {
        call_id: action.toolCallId,
        question: action.kind,
        scope: answer.scope,
        action: answer.action ?? answer.form?.action,
        request_id: ctx.requestId,
      },
    },
  ]);
  if (answer.scope !== 'always') return [];
  await allowAlways(tx, ctx, session?.agentId ?? null, action);
  // Calls that wait are judged by the policy when their sessions look.
  return sessionsToJudgeAgain(tx, WOKEN_AT_ONCE);
}

function answerOf(event: AnsweringEvent): { status: ActionStatus; answer: ActionAnswer } {
  if (event.type === 'user.form_response') {
    return { status: 'answered', answer: { form: { action: event.action, content: event.content } } };
  }
  if (event.type === 'user.effect_resolution') {
    return { status: 'answered', answer: { action: event.action, result: event.result } };
  }
  return event.result === 'allow'
    ? { status: 'approved', answer: { scope: event.scope ?? 'call' } }
    : { status: 'denied', answer: { denyMessage: event.deny_message } };
}

/** Says why an action cannot be answered that was read before its answer was refused. */
function refusal({ status, answeredBy, toolCallId }: RequiredAction): ServiceError {
  if (status === 'pending' || status === 'expired') {
    return new ServiceError('approval_expired', `The time to answer for call "${toolCallId}" is over.`);
  }
  return new ServiceError(
    'already_answered',
    `Call "${toolCallId}" was answered before (${status}, ${answeredBy ?? ''}).`,
  );
}
