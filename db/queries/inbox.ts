import type { ImageRef } from '../../domain/images/image-ref.ts';
import type { Tx } from '../database.ts';

/** A row of the inbox as the session loop reads it. */
export type InboxMessage =
  | {
      readonly seq: number;
      /** The id that its sender knows. */
      readonly id: string;
      readonly type: 'user.message';
      readonly payload: { readonly text: string; readonly images?: readonly ImageRef[] | undefined };
    }
  | { readonly seq: number; readonly type: 'user.interrupt'; readonly payload: Record<string, never> }
  /** It took effect when it was accepted, and is only passed by here. */
  | {
      readonly seq: number;
      readonly type: 'user.tool_confirmation' | 'user.effect_resolution' | 'user.form_response';
      readonly payload: object;
    };

/**
 * Appends a message to the inbox of a session whose row this transaction has locked or inserted. The row is the message (I1);
 * NOTIFY and the signal only wake the session. A running session that was signalled since it last read its inbox needs no
 * further signal: it reads everything at its next boundary, and cannot go idle or complete before. So a thousand messages in
 * one turn put a few signals into its history, not a thousand. An interrupt is always signalled, because it may end a wait.
 * @returns the message's seq in the inbox, and whether other messages of the user were unread
 */
export async function insertInboxMessage(
  tx: Tx,
  message: {
    sessionId: string;
    id: string;
    type: string;
    payload: object;
    /** The key of the sender, and the request with which it came. */
    from: { readonly keyId: string; readonly requestId: string };
    signalled?: boolean;
  },
): Promise<{ readonly seq: number; readonly joins: boolean }> {
  const rows = await tx.query<{ seq: number; joins: boolean }>(
    'insert-inbox-message',
    `WITH taken AS (
       UPDATE session
          SET inbox_seq = inbox_seq + 1,
              signalled_seq = CASE WHEN $6 THEN inbox_seq + 1 ELSE signalled_seq END,
              next_signal_at = CASE WHEN $6 THEN now() + interval '30 seconds'
                                    WHEN status = 'running' AND signalled_seq > consumed_inbox_seq AND $3::text <> 'user.interrupt'
                                      THEN coalesce(next_signal_at, now())
                                    ELSE now() END,
              signal_attempts = 0
        WHERE id = $1 AND tenant_id = $5
       RETURNING inbox_seq
     )
     INSERT INTO session_inbox (session_id, seq, id, tenant_id, type, payload, api_key_id, request_id)
     SELECT $1, taken.inbox_seq, $2, $5, $3, $4, $7, $8 FROM taken
     RETURNING seq::int AS seq,
               EXISTS (SELECT 1 FROM session_inbox i
                        WHERE i.session_id = $1 AND i.type = 'user.message' AND i.state = 'queued'
                          AND i.seq > (SELECT consumed_inbox_seq FROM session WHERE id = $1)) AS joins`,
    [
      message.sessionId,
      message.id,
      message.type,
      JSON.stringify(message.payload),
      tx.tenantId,
      message.signalled ?? false,
      message.from.keyId,
      message.from.requestId,
    ],
  );
  const row = rows[0];
  if (row === undefined) throw new Error(`No session ${message.sessionId} to append a message to.`);
  return row;
}

/**
 * Reads the messages that wait in the inbox of a session, in order: at most `limit` of them, and at most `maxBytes` of text,
 * unless the first message alone has more.
 */
export async function unconsumedMessages(
  tx: Tx,
  sessionId: string,
  limit: number,
  maxBytes: number,
): Promise<InboxMessage[]> {
  return tx.query<InboxMessage>(
    'unconsumed-messages',
    `WITH next AS (
       SELECT seq, coalesce(sent_as, id) AS id, type, payload, coalesce(octet_length(payload->>'text'), 0) AS bytes FROM session_inbox
        WHERE session_id = $1 AND seq > (SELECT consumed_inbox_seq FROM session WHERE id = $1) ORDER BY seq LIMIT $2
     ), summed AS (
       SELECT seq, id, type, payload, sum(bytes) OVER (ORDER BY seq) AS bytes, row_number() OVER (ORDER BY seq) AS place FROM next
     )
     SELECT seq::int AS seq, id, type, payload FROM summed WHERE bytes <= $3 OR place = 1 ORDER BY seq`,
    [sessionId, limit, maxBytes],
  );
}

/** An expression for queries: true when an interrupt waits in the inbox of a session. @param sessionId an expression of SQL */
export const interruptWaiting = (sessionId: string) =>
  `EXISTS (SELECT 1 FROM session_inbox i
            WHERE i.session_id = ${sessionId} AND i.type = 'user.interrupt'
              AND i.seq > (SELECT consumed_inbox_seq FROM session WHERE id = ${sessionId}))`;

/** An expression for queries: true when an interrupt or an answer about a tool call waits in the inbox of a session. */
export const answerWaiting = (sessionId: string) =>
  `EXISTS (SELECT 1 FROM session_inbox i
            WHERE i.session_id = ${sessionId} AND i.type <> 'user.message'
              AND i.seq > (SELECT consumed_inbox_seq FROM session WHERE id = ${sessionId}))`;

/** True when an interrupt waits in the inbox. It needs no lock: without one, an interrupt may be seen late, but never by mistake. */
export async function interruptWaits(tx: Tx, sessionId: string): Promise<boolean> {
  const [row] = await tx.query<{ waits: boolean }>('interrupt-waits', `SELECT ${interruptWaiting('$1')} AS waits`, [
    sessionId,
  ]);
  return row?.waits ?? false;
}

/** Says who sent the first interrupt that waits in the inbox. Undefined: a version stored it that did not keep this. */
export async function senderOfInterrupt(tx: Tx, sessionId: string): Promise<string | undefined> {
  const [row] = await tx.query<{ keyId: string | null }>(
    'sender-of-interrupt',
    `SELECT api_key_id AS "keyId" FROM session_inbox
      WHERE session_id = $1 AND state = 'queued' AND type = 'user.interrupt' ORDER BY seq LIMIT 1`,
    [sessionId],
  );
  return row?.keyId ?? undefined;
}

/** Marks messages as read by the agent at `turn`. Texts that a guardrail redacted replace the original ones. */
export function consumeMessages(
  tx: Tx,
  sessionId: string,
  turn: number,
  messages: readonly { seq: number; payload: object }[],
): void {
  tx.send(
    'consume-messages',
    `UPDATE session_inbox i SET state = 'consumed', consumed_turn = $2, payload = m.payload
       FROM unnest($3::bigint[], $4::jsonb[]) AS m (seq, payload)
      WHERE i.session_id = $1 AND i.seq = m.seq`,
    [
      sessionId,
      turn,
      messages.map((message) => message.seq),
      messages.map((message) => JSON.stringify(message.payload)),
    ],
  );
}

/** Marks as undelivered what an ending session will never read. @returns how many user messages there were among it */
export async function discardUnconsumed(tx: Tx, sessionId: string): Promise<number> {
  const rows = await tx.query<{ undelivered: number }>(
    'discard-unconsumed',
    `WITH rest AS (
       UPDATE session_inbox SET state = 'undelivered' WHERE session_id = $1 AND state = 'queued' RETURNING seq, type
     ), read AS (
       UPDATE session SET consumed_inbox_seq = inbox_seq WHERE id = $1
     )
     SELECT (count(*) FILTER (WHERE type = 'user.message'))::int AS undelivered FROM rest`,
    [sessionId],
  );
  return rows[0]?.undelivered ?? 0;
}
