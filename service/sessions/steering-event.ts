import type { Disposition, InboxEvent, InboxReceipt } from '../../contract/inbox.ts';
import type { Tx } from '../../db/database.ts';
import { insertInboxMessage } from '../../db/queries/inbox.ts';
import { storeQueryVectors } from '../../db/queries/query-vector.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import type { NewImage } from '../../domain/images/image-ref.ts';
import { newId } from '../../processes/ids.ts';
import type { ServiceContext } from '../verb/context.ts';
import { storeUserImages } from './user-images.ts';

/**
 * Appends an event to the inbox of a session that this transaction has locked, and says so in the log.
 * @throws ServiceError quota_exceeded when there is no room for its images
 */
export async function insertSteeringEvent(
  tx: Tx,
  ctx: Pick<ServiceContext, 'keyId' | 'meant' | 'nowMs' | 'requestId'>,
  session: SessionRow,
  { type, ...given }: InboxEvent,
  images: readonly NewImage[] = [],
): Promise<InboxReceipt> {
  const id = newId('evt', ctx.nowMs());
  const sessionId = session.id;
  const refs = await storeUserImages(tx, sessionId, images);
  const payload = refs.length === 0 ? given : { ...given, images: refs };
  const { seq, joins } = await insertInboxMessage(tx, { sessionId, id, type, payload, from: ctx });
  if (ctx.meant !== undefined) storeQueryVectors(tx, sessionId, [ctx.meant]);
  tx.report({
    event: 'message_accepted',
    session_id: sessionId,
    request_id: ctx.requestId,
    key_id: ctx.keyId,
    message_id: id,
    inbox_seq: seq,
    type,
  });
  const disposition = type === 'user.message' ? dispositionOf(session, joins) : undefined;
  return { id, inbox_seq: seq, status: 'queued', disposition };
}

/** A message wakes a session that waits for one, unless it is paused or another event wakes it already. */
function dispositionOf(session: SessionRow, joins: boolean): Disposition {
  const waits = session.idleCause === 'awaiting_input' && session.pausedBy === null;
  if (waits && session.inboxSeq === session.consumedInboxSeq) return 'woke';
  return joins ? 'joined' : 'queued';
}
