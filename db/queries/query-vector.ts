import type { Asked, AskedVector } from '../../domain/meaning.ts';
import type { Tx } from '../database.ts';
import { realArray } from './fact-vector.ts';
import type { MemoryEntry } from './memory-entry.ts';

/** The vectors that are kept of what a session asked. Earlier ones are needed no more. */
const KEPT_OF_A_SESSION = 32;
/**
 * A fact counts as found by its meaning if it is so much closer to the question than unrelated sentences are: 0 is as close as
 * they are, 1 is the same text.
 */
const LEAST_CLOSENESS = 0.25;

/** A text of a session with its vector. */
export interface QueryVector {
  /** As it was sent to the model (embeddedText). */
  readonly text: string;
  readonly asked: AskedVector;
}

/** Keeps the vectors of texts that a session asks its memory about, and forgets all but its latest. */
export function storeQueryVectors(tx: Tx, sessionId: string, queries: readonly QueryVector[]): void {
  if (queries.length === 0) return;
  tx.send(
    'store-query-vectors',
    `INSERT INTO query_vector (session_id, tenant_id, text_hash, space, unrelated, signs, vector)
     SELECT $1, $2, md5(text), space, unrelated, signs::bit varying, vector::real[]
       FROM unnest($3::text[], $4::text[], $5::float8[], $6::text[], $7::text[]) AS g (text, space, unrelated, signs, vector)
     ON CONFLICT (session_id, text_hash) DO UPDATE
        SET space = excluded.space, unrelated = excluded.unrelated, signs = excluded.signs, vector = excluded.vector,
            asked_at = now()`,
    [
      sessionId,
      tx.tenantId,
      queries.map(({ text }) => text),
      queries.map(({ asked }) => asked.space.id),
      queries.map(({ asked }) => asked.space.unrelated),
      queries.map(({ asked }) => asked.signs),
      queries.map(({ asked }) => realArray(asked.vector)),
    ],
  );
  tx.send(
    'forget-query-vectors',
    `DELETE FROM query_vector WHERE session_id = $1 AND text_hash IN (
       SELECT text_hash FROM query_vector WHERE session_id = $1 ORDER BY asked_at DESC OFFSET ${KEPT_OF_A_SESSION})`,
    [sessionId],
  );
}

/** Tells whether there is a vector to compare facts with. */
export async function isAskedByMeaning(tx: Tx, asked: Asked): Promise<boolean> {
  if (asked.kind === 'given') return true;
  const rows = await tx.query(
    'has-query-vector',
    'SELECT 1 FROM query_vector WHERE session_id = $1 AND text_hash = md5($2) AND tenant_id = $3',
    [asked.sessionId, asked.text, tx.tenantId],
  );
  return rows.length > 0;
}

/** A fact that is close to a question in its meaning. */
export interface CloseFact extends Omit<MemoryEntry, 'agentId' | 'createdAt'> {
  readonly key: string | null;
  /** From 0.25 to 1, which is the same text. */
  readonly closeness: number;
}

/**
 * Lists the facts that are close to a question in their meaning, the closest first: of an agent and shared ones, or with null of
 * all agents. It lists none where the question has no vector.
 */
export async function closeFacts(tx: Tx, agentId: string | null, asked: Asked, limit: number): Promise<CloseFact[]> {
  const values = [tx.tenantId, agentId, limit];
  const of = { tenantId: '$1', agentId: '$2', most: '$3' };
  if (asked.kind === 'of_session') {
    const source =
      'SELECT space, unrelated, signs, vector FROM query_vector WHERE session_id = $4 AND text_hash = md5($5)';
    return tx.query<CloseFact>('close-facts-of-session', closest(source, of), [...values, asked.sessionId, asked.text]);
  }
  const { space, signs, vector } = asked.vector;
  const given =
    'SELECT $4::text AS space, $5::float8 AS unrelated, $6::text::bit varying AS signs, $7::text::real[] AS vector';
  return tx.query<CloseFact>('close-facts', closest(given, of), [
    ...values,
    space.id,
    space.unrelated,
    signs,
    realArray(vector),
  ]);
}

/** All parameters are expressions of SQL. @param asked a SELECT of one row at most */
const closest = (asked: string, of: { readonly tenantId: string; readonly agentId: string; readonly most: string }) =>
  `WITH asked AS (${asked}), near AS (
     SELECT n.id, (n.similarity - a.unrelated) / (1 - a.unrelated) AS closeness
       FROM asked a CROSS JOIN LATERAL
            nearest_facts(${of.tenantId}, ${of.agentId}, a.space, a.signs, a.vector, ${of.most}) n
   )
   SELECT m.id, m.block, m.fact, m.tokens, m.pinned, m.updated_at AS "updatedAt", m.fact_key AS key,
          least(1, near.closeness) AS closeness
     FROM near JOIN memory_entry m ON m.id = near.id AND m.tenant_id = ${of.tenantId}
    WHERE near.closeness >= ${LEAST_CLOSENESS} ORDER BY near.closeness DESC, m.id DESC`;

/** Tells whether any fact that an agent reads has a vector. Without one there is nothing to compare a question with. */
export async function hasFactVectors(tx: Tx, agentId: string | null): Promise<boolean> {
  const [row] = await tx.query<{ found: boolean }>(
    'has-fact-vectors',
    `SELECT EXISTS (SELECT FROM memory_vector WHERE tenant_id = $1 AND ($2::text IS NULL OR agent_id IN ($2, ''))) AS found`,
    [tx.tenantId, agentId],
  );
  return row?.found ?? false;
}
