import type { Tx } from '../database.ts';

/**
 * Replaces rows that count what tenants keep by their sums, in a service transaction. Several workers may do so at once: each
 * takes the rows that no other one has locked. The sum of a tenant is the same before and after.
 * @returns the number of rows that were taken, at most `limit`
 */
export async function sumUpKept(tx: Tx, limit: number): Promise<number> {
  const [row] = await tx.query<{ taken: number }>(
    'sum-up-kept',
    `WITH several AS (
       SELECT tenant_id, name FROM tenant_kept GROUP BY tenant_id, name HAVING count(*) > 1
     ), locked AS (
       SELECT k.ctid FROM tenant_kept k JOIN several s USING (tenant_id, name) LIMIT $1 FOR UPDATE OF k SKIP LOCKED
     ), taken AS (
       DELETE FROM tenant_kept WHERE ctid IN (SELECT ctid FROM locked) RETURNING tenant_id, name, amount
     ), summed AS (
       INSERT INTO tenant_kept SELECT tenant_id, name, sum(amount) FROM taken GROUP BY tenant_id, name
     )
     SELECT count(*)::int AS taken FROM taken`,
    [limit],
  );
  if (row === undefined) throw new Error('An aggregate returned no row.');
  return row.taken;
}
