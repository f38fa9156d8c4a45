import type { StoredVector } from '../../domain/meaning.ts';
import type { Tx } from '../database.ts';

/** True for a fact `m` that has no vector in the space of the parameter, and that no worker has taken up. */
const wanting = (space: string) =>
  `(m.vector_space IS NULL OR m.vector_space < ${space} OR m.vector_space > ${space}) AND m.vector_due_at <= now()`;

/** Lists the tenants that have facts without a vector in this space and are not suspended, in a service transaction. */
export async function tenantsWithoutVectors(tx: Tx, space: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'tenants-without-vectors',
    `SELECT t.id FROM tenant t
      WHERE t.suspended_at IS NULL AND EXISTS (SELECT FROM memory_entry m WHERE m.tenant_id = t.id AND ${wanting('$1')})`,
    [space],
  );
  return rows.map(({ id }) => id);
}

/** A fact that a worker makes a vector for. */
export interface ClaimedFact {
  readonly id: string;
  readonly fact: string;
  /** The hash of the fact. A vector is stored only while the fact still has this hash. */
  readonly hash: string;
}

/** Takes up to `limit` facts that have no vector in this space. Other workers leave them alone for `claimMs`. */
export async function claimFactsWithoutVector(
  tx: Tx,
  space: string,
  { limit, claimMs }: { limit: number; claimMs: number },
): Promise<ClaimedFact[]> {
  return tx.query<ClaimedFact>(
    'claim-facts-without-vector',
    `UPDATE memory_entry e SET vector_due_at = now() + $4 * interval '1 millisecond'
      WHERE e.tenant_id = $1 AND e.id = ANY (ARRAY(
              SELECT id FROM memory_entry m WHERE m.tenant_id = $1 AND ${wanting('$2')} LIMIT $3 FOR UPDATE SKIP LOCKED))
     RETURNING e.id, e.fact, md5(e.fact) AS hash`,
    [tx.tenantId, space, limit, claimMs],
  );
}

/** Gives claimed facts back to whoever comes next. */
export function releaseFacts(tx: Tx, ids: readonly string[]): void {
  tx.send(
    'release-facts',
    `UPDATE memory_entry SET vector_due_at = '-infinity' WHERE tenant_id = $1 AND id = ANY ($2)`,
    [tx.tenantId, ids],
  );
}

/**
 * Stores the vectors of facts. A fact that was changed or deleted meanwhile gets none here. Null: the model refuses the fact,
 * which is then found by its words alone.
 */
export function storeFactVectors(
  tx: Tx,
  space: string,
  facts: readonly (Pick<ClaimedFact, 'id' | 'hash'> & { readonly stored: StoredVector | null })[],
): void {
  tx.send(
    'store-fact-vectors',
    `WITH given AS (
       SELECT * FROM unnest($3::text[], $4::text[], $5::text[], $6::text[]) AS g (id, hash, signs, vector)
     ), kept AS (
       UPDATE memory_entry m SET vector_space = $2, vector_due_at = '-infinity' FROM given g
        WHERE m.tenant_id = $1 AND m.id = g.id AND md5(m.fact) = g.hash
       RETURNING m.id, m.agent_id, g.signs, g.vector
     ), refused AS (
       DELETE FROM memory_vector v USING kept k WHERE v.entry_id = k.id AND k.vector IS NULL
     )
     INSERT INTO memory_vector (entry_id, tenant_id, agent_id, space, signs, vector)
     SELECT id, $1, coalesce(agent_id, ''), $2, signs::bit varying, vector::real[] FROM kept WHERE vector IS NOT NULL
     ON CONFLICT (entry_id) DO UPDATE
        SET agent_id = excluded.agent_id, space = excluded.space, signs = excluded.signs, vector = excluded.vector`,
    [
      tx.tenantId,
      space,
      facts.map(({ id }) => id),
      facts.map(({ hash }) => hash),
      facts.map(({ stored }) => stored?.signs),
      facts.map(({ stored }) => stored && realArray(stored.vector)),
    ],
  );
}

/** A vector as Postgres reads it. Its numbers have no more than seven digits there. */
export function realArray(vector: readonly number[]): string {
  return `{${vector.map((value) => Number(value.toPrecision(7))).join(',')}}`;
}
