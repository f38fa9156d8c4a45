import type { Tx } from '../database.ts';

export interface TenantRow {
  readonly id: string;
  readonly name: string;
}

export async function insertTenant(tx: Tx, tenant: TenantRow): Promise<void> {
  await tx.query('insert-tenant', 'INSERT INTO tenant (id, name) VALUES ($1, $2)', [tenant.id, tenant.name]);
}

/** Finds the tenant that the first start made. Its admins may make other tenants. */
export async function firstTenant(tx: Tx): Promise<TenantRow | undefined> {
  const rows = await tx.query<TenantRow>('first-tenant', 'SELECT id, name FROM tenant ORDER BY created_at, id LIMIT 1');
  return rows[0];
}

/** Lists the ids of all tenants, in a service transaction. */
export async function tenantIds(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ id: string }>('tenant-ids', 'SELECT id FROM tenant ORDER BY id');
  return rows.map(({ id }) => id);
}

/** Makes first starts in all processes wait for each other, until the transaction ends. */
export async function lockFirstStart(tx: Tx): Promise<void> {
  await tx.query('lock-first-start', 'SELECT pg_advisory_xact_lock(7203115)');
}
