import { type InboxEvent, type InboxReceipt, inboxEventSchema, inboxEventTypes } from '../../contract/inbox.ts';
import type { Tx } from '../../db/database.ts';
import { actionOfCall } from '../../db/queries/required-action.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import type { ActionKind, RequiredAction } from '../../domain/required-action.ts';
import { type AnsweringEvent, answerRequiredAction, withoutSecretTexts } from '../approvals/answer-action.ts';
import { requireOneMore } from '../tenants/require-room.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findAndLockSession, refuseEnded, type SessionRef } from './find-session.ts';
import { refuseReplay } from './refuse-replay.ts';
import { insertSteeringEvent } from './steering-event.ts';
import { userImages } from './user-images.ts';
import { wakeWaiting } from './wake-waiting.ts';

/**
 * Steers a live session. The message is stored under the lock of the session, so it either precedes the end of the
 * session and is dealt with, or follows it and is refused (I1). The agent reads it at the next turn boundary. An answer about a
 * tool call is applied at once.
 * @throws ServiceError session_not_found, session_ended, turn_passed, unknown_event_type, no_such_tool_use, limit_reached, and what
 *   answerRequiredAction throws
 */
export const postEvent: Verb<SessionRef & { body: unknown }, InboxReceipt> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  refuseUnknownType(input.body);
  const { expected_turn: expectedTurn, ...parsed } = parseInput(inboxEventSchema, input.body);
  const event = isAnswer(parsed) ? await withoutSecretTexts(ctx, parsed) : parsed;
  const images = event.type === 'user.message' ? userImages(event.images) : [];
  const { receipt, toWake } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findAndLockSession(tx, input);
    refuseEnded(session);
    refuseAtOtherTurn(session, expectedTurn);
    if (event.type === 'user.message') refuseReplay(session, 'It reads the recorded messages only.');
    // An interrupt must always be heard.
    if (event.type !== 'user.interrupt') {
      requireOneMore(ctx, 'inbox_messages', session.inboxSeq - session.consumedInboxSeq);
    }
    const toWake = isAnswer(event) ? await answer(tx, ctx, session, event) : [];
    return { receipt: await insertSteeringEvent(tx, ctx, session, kept(event), images), toWake };
  });
  ctx.afterCommit(() => ctx.notifier.inboxAppended(input.sessionId));
  wakeWaiting(ctx, toWake);
  return receipt;
};

/** Under the lock of the session no turn is closed, so what holds here holds when the event is stored. */
function refuseAtOtherTurn({ turns }: SessionRow, expectedTurn: number | undefined): void {
  if (expectedTurn === undefined || expectedTurn === turns) return;
  throw new ServiceError('turn_passed', `The session is at turn ${turns}, not at turn ${expectedTurn}.`, {
    param: 'expected_turn',
    recovery: { action: `Read what happened, and send the event with \`expected_turn\` ${turns} or without it.` },
  });
}

async function answer(tx: Tx, ctx: ServiceContext, session: SessionRow, event: AnsweringEvent) {
  const action = await actionToAnswer(tx, session.id, event);
  return answerRequiredAction(tx, ctx, { session, action, event });
}

function isAnswer(event: InboxEvent): event is AnsweringEvent {
  return event.type in ANSWERED_BY;
}

/** The event as the inbox keeps it: what a person entered into a form is kept nowhere but at its question. */
function kept(event: InboxEvent): InboxEvent {
  return event.type === 'user.form_response' ? { ...event, content: undefined } : event;
}

/** The kind of action that an event answers. */
const ANSWERED_BY = {
  'user.tool_confirmation': 'approval',
  'user.effect_resolution': 'effect_unknown',
  'user.form_response': 'form',
} as const satisfies Record<AnsweringEvent['type'], ActionKind>;

/** @throws ServiceError no_such_tool_use when the call waits for nothing, or for another kind of answer */
async function actionToAnswer(tx: Tx, sessionId: string, event: AnsweringEvent): Promise<RequiredAction> {
  const action = await actionOfCall(tx, sessionId, event.tool_use_id);
  if (action !== undefined && action.kind === ANSWERED_BY[event.type]) return action;
  const other = action === undefined ? '' : ` It is about another question (${action.kind}).`;
  throw new ServiceError('no_such_tool_use', `No tool call "${event.tool_use_id}" waits for this answer.${other}`, {
    param: 'tool_use_id',
  });
}

function refuseUnknownType(body: unknown): void {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) return;
  const type = 'type' in body ? body.type : undefined;
  if (inboxEventTypes.some((known) => known === type)) return;
  const given =
    type === undefined ? 'No event type given.' : `Unknown event type ${JSON.stringify(type)?.slice(0, 100)}.`;
  throw new ServiceError('unknown_event_type', `${given} Known are ${inboxEventTypes.join(', ')}.`, { param: 'type' });
}
