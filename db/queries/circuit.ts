import type { KeptFailure } from '../../domain/routing-records.ts';
import type { Tx } from '../database.ts';

/**
 * Counts one more failure of an arm, or of every model of its key, as it was dialled. What failed is then out for as long as
 * `openMs` says for the number of failures in a row.
 */
export async function openCircuit(
  tx: Tx,
  arm: {
    provider: string;
    model: string;
    connection: string;
    /** The model that met the failure. */
    metBy: string;
    failure: KeptFailure;
    openMs: (failures: number) => number;
  },
): Promise<void> {
  const { type, ...failure } = arm.failure;
  const { provider, model, connection } = arm;
  const rows = await tx.query<{ failures: number }>(
    'count-circuit-failure',
    `INSERT INTO circuit (tenant_id, provider, model, failures, open_until, last_type, last_failure, connection)
     VALUES ($1, $2, $3, 1, now(), $4, $5, $6)
     ON CONFLICT (tenant_id, provider, model) DO UPDATE
       SET failures = CASE WHEN circuit.connection = $6 THEN circuit.failures + 1 ELSE 1 END,
           last_type = $4, last_failure = $5, connection = $6
     RETURNING failures`,
    [tx.tenantId, provider, model, type, JSON.stringify({ ...failure, model: arm.metBy }), connection],
  );
  await tx.query(
    'open-circuit',
    `UPDATE circuit SET open_until = now() + make_interval(secs => $4::float8 / 1000)
      WHERE tenant_id = $1 AND provider = $2 AND model = $3`,
    [tx.tenantId, provider, model, arm.openMs(rows[0]?.failures ?? 1)],
  );
}

/**
 * Forgets the failures of these models, because one of them answered. Failures with another key or address stay: the answer may
 * be one to a request from before they were changed.
 */
export function closeCircuit(
  tx: Tx,
  answered: { provider: string; models: readonly string[]; connection: string },
): void {
  tx.send(
    'close-circuit',
    `DELETE FROM circuit WHERE tenant_id = $1 AND provider = $2 AND model = ANY ($3)
        AND (connection IS NULL OR connection = $4)`,
    [tx.tenantId, answered.provider, answered.models, answered.connection],
  );
}

/** Forgets the failures of all models of a provider, because somebody changed it or a test of it passed. */
export async function closeCircuitsOf(tx: Tx, provider: string): Promise<void> {
  await tx.query('close-circuits-of', 'DELETE FROM circuit WHERE tenant_id = $1 AND provider = $2', [
    tx.tenantId,
    provider,
  ]);
}

/** A model that is out, and until when. */
export interface Outage {
  readonly provider: string;
  /** `EVERY_MODEL` where the failure was one of the key or its account. */
  readonly model: string;
  readonly connection: string | null;
  readonly type: string;
  readonly message: string | null;
  readonly until: Date;
}

/** Lists the models of the tenant that are out now, those that come back first first. */
export async function listOutages(tx: Tx): Promise<Outage[]> {
  return tx.query<Outage>(
    'list-outages',
    `SELECT provider, model, connection, last_type AS type, last_failure->>'message' AS message, open_until AS until
       FROM circuit WHERE tenant_id = $1 AND open_until > now() ORDER BY open_until, provider, model`,
    [tx.tenantId],
  );
}
