import type { z } from 'zod';
import {
  type ApprovalResource,
  approvalListQuerySchema,
  type approvalPageSchema,
  approveRequestSchema,
  denyRequestSchema,
} from '../../contract/approvals.ts';
import type { Tx } from '../../db/database.ts';
import { type ActionView, listActionViews, readActionView } from '../../db/queries/required-action-list.ts';
import { findAndLockSession, refuseEnded } from '../sessions/find-session.ts';
import { insertSteeringEvent } from '../sessions/steering-event.ts';
import { wakeWaiting } from '../sessions/wake-waiting.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { decodeCursor, encodeCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { type AnsweringEvent, answerRequiredAction, withoutSecretTexts } from './answer-action.ts';
import { approvalResource } from './approval-resource.ts';

/** Lists what waits for a person, and what did, newest first. @throws ServiceError invalid_cursor */
export const listApprovals: Verb<{ query: unknown }, z.infer<typeof approvalPageSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { limit, cursor, ...filter } = parseInput(approvalListQuerySchema, input.query);
  const page = { limit: limit + 1, cursor: decodeCursor(cursor) };
  const cursorOf = (row: ActionView) => encodeCursor({ createdAt: row.createdAtText, id: row.id });
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => listActionViews(tx, filter, page));
  return pageOf(rows, limit, approvalResource, cursorOf, rows[0]?.found);
};

/** Reads one. @throws ServiceError approval_not_found */
export const getApproval: Verb<{ approvalId: string }, ApprovalResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  return approvalResource(await ctx.db.transaction(ctx.tenantId, (tx) => findAction(tx, input.approvalId)));
};

/** Lets a call be made. It does the same as `user.tool_confirmation`. */
export const approve: Verb<{ approvalId: string; body: unknown }, ApprovalResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const { scope } = parseInput(approveRequestSchema, input.body ?? {});
  return confirm(ctx, input.approvalId, { result: 'allow', scope });
};

/** Has a call not be made. It does the same as `user.tool_confirmation`. */
export const deny: Verb<{ approvalId: string; body: unknown }, ApprovalResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'run');
  const { deny_message } = parseInput(denyRequestSchema, input.body ?? {});
  return confirm(ctx, input.approvalId, { result: 'deny', deny_message });
};

type Confirmation = Pick<
  Extract<AnsweringEvent, { type: 'user.tool_confirmation' }>,
  'result' | 'scope' | 'deny_message'
>;

/** @throws ServiceError approval_not_found, not_an_approval, session_ended, and what answerRequiredAction throws */
async function confirm(ctx: ServiceContext, approvalId: string, confirmation: Confirmation): Promise<ApprovalResource> {
  const { sessionId, resource, toWake } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const found = await findAction(tx, approvalId);
    if (found.kind !== 'approval') {
      throw new ServiceError('not_an_approval', `"${approvalId}" is answered otherwise (${found.kind}).`, {
        recovery: { action: 'Post the event of its kind to the session.' },
      });
    }
    if (found.sessionId === null) return confirmDirect(tx, ctx, found, confirmation);
    const session = await findAndLockSession(tx, { sessionId: found.sessionId });
    refuseEnded(session);
    // Read again under the lock: it may have been answered meanwhile.
    const action = await findAction(tx, approvalId);
    const event = await withoutSecretTexts(ctx, {
      type: 'user.tool_confirmation',
      tool_use_id: found.toolCallId,
      ...confirmation,
    });
    const toWake = await answerRequiredAction(tx, ctx, { session, action, event });
    await insertSteeringEvent(tx, ctx, session, event);
    return { sessionId: session.id, resource: approvalResource(await findAction(tx, approvalId)), toWake };
  });
  if (sessionId !== null) ctx.afterCommit(() => ctx.notifier.inboxAppended(sessionId));
  wakeWaiting(ctx, toWake);
  return resource;
}

/** The same for a call that was made without a session. Whoever made it sends it again with the approval. */
async function confirmDirect(tx: Tx, ctx: ServiceContext, action: ActionView, confirmation: Confirmation) {
  if (confirmation.scope === 'session') {
    throw new ServiceError('invalid_request', '"scope": the call was made without a session.', { param: 'scope' });
  }
  const event = await withoutSecretTexts(ctx, {
    type: 'user.tool_confirmation',
    tool_use_id: action.toolCallId,
    ...confirmation,
  });
  const toWake = await answerRequiredAction(tx, ctx, { session: null, action, event });
  return { sessionId: null, resource: approvalResource(await findAction(tx, action.id)), toWake };
}

async function findAction(tx: Tx, id: string): Promise<ActionView> {
  const found = await readActionView(tx, id);
  if (found === undefined) throw new ServiceError('approval_not_found', `No approval "${id}".`);
  return found;
}
