import type { TurnToRead } from '../../domain/turn-text.ts';
import type { Tx } from '../database.ts';
import { callsOf, ownersOf, turnsOf } from './transcript-turns.ts';

/** Reads turns, oldest first. @param excerpt how many characters of each result are read */
export async function turnsToRead(
  tx: Tx,
  sessionId: string,
  { from, to, limit, excerpt }: { from: number; to: number; limit: number; excerpt: number },
): Promise<TurnToRead[]> {
  return tx.query<TurnToRead>(
    'turns-to-read',
    `SELECT t.turn, t.user_messages AS "userMessages", t.message_images AS "messageImages", t.answer->>'text' AS text,
            coalesce((SELECT jsonb_agg(jsonb_build_object('id', c.id, 'name', c.tool_name, 'args', c.args,
                        'images', c.images, 'output', left(c.output, $6), 'isError', coalesce(c.is_error, false), 'outputBytes',
                        coalesce((SELECT a.bytes FROM artifact a WHERE a.session_id = c.session_id AND a.tool_call_id = c.id),
                                 octet_length(c.output), 0)) ORDER BY c.call_index)
                        FROM tool_call c WHERE c.session_id = t.session_id AND c.turn = t.turn), '[]') AS calls
       FROM ${turnsOf('$1', (t) => `${t}.turn BETWEEN $3 AND $4`)} t WHERE t.tenant_id = $2 ORDER BY t.turn LIMIT $5`,
    [sessionId, tx.tenantId, from, to, limit, excerpt],
  );
}

/** The last turn of a session. Undefined: it has none. */
export async function lastTurnOf(tx: Tx, sessionId: string): Promise<number | undefined> {
  const rows = await tx.query<{ turn: number }>(
    'last-turn-of',
    `SELECT turn FROM ${turnsOf('$1', undefined, 'turn, tenant_id')} t WHERE tenant_id = $2 ORDER BY turn DESC LIMIT 1`,
    [sessionId, tx.tenantId],
  );
  return rows[0]?.turn;
}

/** The ids of all tool calls of a session, the newest first. */
export async function toolCallIds(tx: Tx, sessionId: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'tool-call-ids',
    `SELECT id FROM ${callsOf('$1', undefined, 'id, turn, call_index, tenant_id')} c
      WHERE tenant_id = $2 ORDER BY turn DESC, call_index DESC`,
    [sessionId, tx.tenantId],
  );
  return rows.map(({ id }) => id);
}

/** The call that an artifact is the whole result of. */
export async function callOfArtifact(tx: Tx, sessionId: string, artifactId: string): Promise<string | undefined> {
  const rows = await tx.query<{ id: string }>(
    'call-of-artifact',
    `SELECT a.tool_call_id AS id FROM ${ownersOf('$1')} o (id)
       JOIN artifact a ON a.session_id = o.id AND a.id = $2 AND a.tenant_id = $3
      WHERE o.id = $1 OR EXISTS (SELECT FROM ${callsOf('$1', (c) => `${c}.id = a.tool_call_id`)} c)`,
    [sessionId, artifactId, tx.tenantId],
  );
  return rows[0]?.id;
}

export interface ResultSlice {
  readonly turn: number;
  readonly toolName: string;
  /** UTF-8 bytes of the whole result. Null: the call has no result yet. */
  readonly bytes: number | null;
  /** The bytes that were asked for, as far as there are so many. */
  readonly slice: Uint8Array;
}

/**
 * Reads `length` bytes of the whole result of a call from byte `from` on. They may begin and end inside a character. The whole
 * result is the artifact of the call, if the model was given only the beginning.
 */
export async function readResultSlice(
  tx: Tx,
  sessionId: string,
  callId: string,
  { from, length }: { from: number; length: number },
): Promise<ResultSlice | undefined> {
  const rows = await tx.query<Omit<ResultSlice, 'slice'> & { base64: string | null }>(
    'read-result-slice',
    `SELECT turn, tool_name AS "toolName", octet_length(content) AS bytes, encode(substr(content, $4 + 1, $5), 'base64') AS base64
       FROM (SELECT c.turn, c.tool_name, convert_to(coalesce(
                      (SELECT a.content FROM artifact a WHERE a.session_id = c.session_id AND a.tool_call_id = c.id),
                      c.output), 'UTF8') AS content
               FROM ${callsOf('$1', (c) => `${c}.id = $2`)} c WHERE c.tenant_id = $3) r`,
    [sessionId, callId, tx.tenantId, from, length],
  );
  return rows.map(({ base64, ...row }) => ({ ...row, slice: Buffer.from(base64 ?? '', 'base64') }))[0];
}

/** How far a search goes, so that it takes no longer than a tool may. */
export interface SearchSpan {
  /** The last turn that is searched. */
  readonly through: number;
  /** How many results have an artifact, of which only the beginning is searched. */
  readonly longResults: number;
}

/** The turns from `from` on that have at most `maxBytes` together, and at least the first of them. */
export async function searchSpan(
  tx: Tx,
  sessionId: string,
  { from, to, maxBytes }: { from: number; to: number; maxBytes: number },
): Promise<SearchSpan> {
  const rows = await tx.query<SearchSpan>(
    'search-span',
    `SELECT s.through, (SELECT count(*)::int
                          FROM ${callsOf('$1', (c) => `${c}.turn BETWEEN $3 AND s.through`)} c WHERE c.truncated) AS "longResults"
       FROM (SELECT coalesce(max(turn), $3::int) AS through
               FROM (SELECT turn, coalesce(sum(input_bytes + answer_bytes + results_bytes) OVER earlier, 0) AS before
                       FROM ${turnsOf('$1', (t) => `${t}.turn BETWEEN $3 AND $4`)} e WHERE tenant_id = $2
                     WINDOW earlier AS (ORDER BY turn ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) t
              WHERE before < $5) s`,
    [sessionId, tx.tenantId, from, to, maxBytes],
  );
  return rows[0] ?? { through: from, longResults: 0 };
}

/** A text in which a search may find all of its words: the result of a call, or (`callId` null) all else of a turn. */
export interface SearchPlace {
  readonly turn: number;
  readonly callId: string | null;
}

/**
 * Lists the texts of turns that have all of the words, in order. In a turn beside its results, a word may also be in what is not
 * shown of it.
 */
export async function placesWithWords(
  tx: Tx,
  sessionId: string,
  { from, to, words, limit }: { from: number; to: number; words: readonly string[]; limit: number },
): Promise<SearchPlace[]> {
  return tx.query<SearchPlace>(
    'places-with-words',
    `SELECT turn, "callId" FROM (
       SELECT t.turn, NULL AS "callId", -1 AS place FROM ${turnsOf('$1', (t) => `${t}.turn BETWEEN $3 AND $4`)} t
        WHERE t.tenant_id = $2 AND concat(t.user_messages::text, t.answer::text) ILIKE ALL ($5::text[])
       UNION ALL
       SELECT c.turn, c.id, c.call_index FROM ${callsOf('$1', (c) => `${c}.turn BETWEEN $3 AND $4`)} c
        WHERE c.tenant_id = $2 AND c.output ILIKE ALL ($5::text[])) p
      ORDER BY turn, place LIMIT $6`,
    [sessionId, tx.tenantId, from, to, words.map((word) => `%${word.replace(/[\\_%]/g, '\\$&')}%`), limit],
  );
}
