import type { MeterReading } from '../../processes/tenant-meter.ts';
import type { Tx } from '../database.ts';

/** A row that is older is of a process that has died, since a living one writes every five seconds. */
const STALE_AFTER = '20 seconds';

/**
 * Replaces the readings of a process by these, in a service transaction, and removes what processes that died left behind.
 * A tenant that is gone from the table of tenants is passed over.
 */
export async function writeMeterReadings(tx: Tx, processId: string, readings: readonly MeterReading[]): Promise<void> {
  await tx.query(
    'write-meter-readings',
    `WITH given AS (
       SELECT t.id AS tenant_id, r.added, r.held
         FROM jsonb_to_recordset($2::jsonb) AS r ("tenantId" text, added jsonb, held jsonb)
         JOIN tenant t ON t.id = r."tenantId"
     ), gone AS (
       DELETE FROM tenant_meter m
        WHERE (m.process_id = $1 AND NOT EXISTS (SELECT FROM given g WHERE g.tenant_id = m.tenant_id))
           OR (m.tenant_id, m.process_id) IN (
                SELECT tenant_id, process_id FROM tenant_meter
                 WHERE flushed_at < now() - interval '${STALE_AFTER}' AND process_id <> $1
                   FOR UPDATE SKIP LOCKED)
     )
     INSERT INTO tenant_meter (tenant_id, process_id, added, held)
     SELECT tenant_id, $1, added, held FROM given
     ON CONFLICT (tenant_id, process_id) DO UPDATE
        SET added = excluded.added, held = excluded.held, flushed_at = now()`,
    [processId, JSON.stringify(readings)],
  );
}

/** The readings of a tenant, summed over all live processes. */
export interface MeteredSums {
  readonly added: Readonly<Record<string, number>>;
  readonly held: Readonly<Record<string, number>>;
}

/** An expression for one column of MeteredSums, for the tenant with this id. */
export const meteredSums = (column: keyof MeteredSums, id: string): string =>
  `coalesce((SELECT jsonb_object_agg(what, amount) FROM (
     SELECT e.key AS what, sum(e.value::float8) AS amount FROM tenant_meter m, jsonb_each_text(m.${column}) e
      WHERE m.tenant_id = ${id} AND m.flushed_at > now() - interval '${STALE_AFTER}' GROUP BY e.key) s), '{}')`;

/** Sums the readings of the tenant of this transaction. */
export async function meterOfTenant(tx: Tx): Promise<MeteredSums> {
  const [row] = await tx.query<MeteredSums>(
    'meter-of-tenant',
    `SELECT ${meteredSums('added', '$1')} AS added, ${meteredSums('held', '$1')} AS held`,
    [tx.tenantId],
  );
  if (row === undefined) throw new Error('An expression gave no row.');
  return row;
}
