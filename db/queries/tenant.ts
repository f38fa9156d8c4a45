import type { SuspendedSessions } from '../../contract/tenants.ts';
import type { Tx } from '../database.ts';
import { limitsSetFor } from './tenant-limit.ts';
import { type MeteredSums, meteredSums } from './tenant-meter.ts';

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

/** A tenant with what it costs now. */
export interface TenantFigures extends TenantRow, MeteredSums {
  readonly createdAt: Date;
  /** Null: it is not suspended. */
  readonly suspendedAt: Date | null;
  readonly suspendedSessions: SuspendedSessions | null;
  readonly weight: number;
  readonly running: number;
  readonly idle: number;
  /** The limits that the operator set. */
  readonly limits: Readonly<Record<string, number>>;
}

/**
 * Lists tenants, newest first, in a service transaction.
 * @param of one of them; null: those after `afterId`
 */
export async function tenantFigures(
  tx: Tx,
  of: { readonly id: string | null; readonly afterId: string | null; readonly limit: number },
): Promise<TenantFigures[]> {
  return tx.query<TenantFigures>(
    'tenant-figures',
    `SELECT t.id, t.name, t.created_at AS "createdAt", t.suspended_at AS "suspendedAt",
            t.suspended_sessions AS "suspendedSessions", t.weight, s.running, s.idle,
            ${meteredSums('added', 't.id')} AS added, ${meteredSums('held', 't.id')} AS held, ${limitsSetFor('t.id')} AS limits
       FROM (SELECT * FROM tenant
              WHERE ($1::text IS NULL OR id = $1) AND ($2::text IS NULL OR id < $2) ORDER BY id DESC LIMIT $3) t
      CROSS JOIN LATERAL (
        SELECT count(*) FILTER (WHERE status = 'running')::int AS running,
               count(*) FILTER (WHERE status = 'idle')::int AS idle
          FROM session WHERE tenant_id = t.id AND status <> 'ended') s
      ORDER BY t.id DESC`,
    [of.id, of.afterId, of.limit],
  );
}

/** Gives a tenant another name, in a service transaction. */
export function renameTenant(tx: Tx, id: string, name: string): void {
  tx.send('rename-tenant', 'UPDATE tenant SET name = $2 WHERE id = $1', [id, name]);
}

/** Gives a tenant another weight, in a service transaction. */
export function setWeight(tx: Tx, id: string, weight: number): void {
  tx.send('set-weight', 'UPDATE tenant SET weight = $2 WHERE id = $1', [id, weight]);
}

/** Lists the tenants that have another weight than 1, in a service transaction. */
export async function weightedTenants(tx: Tx): Promise<{ readonly id: string; readonly weight: number }[]> {
  return tx.query('weighted-tenants', 'SELECT id, weight FROM tenant WHERE weight <> 1');
}

/** Suspends a tenant, or says anew what becomes of its sessions, in a service transaction. Null: the tenant is resumed. */
export function setSuspension(tx: Tx, id: string, sessions: SuspendedSessions | null): void {
  tx.send(
    'set-suspension',
    `UPDATE tenant SET suspended_sessions = $2, suspended_at = CASE WHEN $2::text IS NOT NULL THEN coalesce(suspended_at, now()) END
      WHERE id = $1`,
    [id, sessions],
  );
}

/** Lists the suspended tenants, in a service transaction. */
export async function suspendedTenants(
  tx: Tx,
): Promise<{ readonly id: string; readonly sessions: SuspendedSessions }[]> {
  return tx.query(
    'suspended-tenants',
    'SELECT id, suspended_sessions AS sessions FROM tenant WHERE suspended_at IS NOT NULL ORDER BY id',
  );
}

/** An expression that is true while the tenant with this id is suspended. */
export const isSuspended = (id: string): string =>
  `EXISTS (SELECT FROM tenant WHERE id = ${id} AND suspended_at IS NOT NULL)`;

/** Says what becomes of the sessions of this transaction's tenant. Null: it is not suspended. */
export async function suspensionOfTenant(tx: Tx): Promise<SuspendedSessions | null> {
  const rows = await tx.query<{ sessions: SuspendedSessions | null }>(
    'suspension-of-tenant',
    'SELECT suspended_sessions AS sessions FROM tenant WHERE id = $1',
    [tx.tenantId],
  );
  return rows[0]?.sessions ?? null;
}
