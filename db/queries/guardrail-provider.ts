import type { OnFailure } from '../../contract/guardrail-providers.ts';
import type { Tx } from '../database.ts';

export interface GuardrailProviderRow {
  readonly id: string;
  readonly name: string;
  readonly url: string;
  /** Sealed for (tenant, id). */
  readonly sealedKey: Buffer | null;
  readonly keyHint: string | null;
  readonly timeoutMs: number;
  readonly onFailure: OnFailure;
  readonly createdAt: Date;
}

const columns = `id, name, url, sealed_key AS "sealedKey", key_hint AS "keyHint", timeout_ms AS "timeoutMs",
  on_failure AS "onFailure", created_at AS "createdAt"`;

export async function listGuardrailProviders(tx: Tx): Promise<GuardrailProviderRow[]> {
  return tx.query<GuardrailProviderRow>(
    'list-guardrail-providers',
    `SELECT ${columns} FROM guardrail_provider WHERE tenant_id = $1 ORDER BY created_at DESC, id DESC`,
    [tx.tenantId],
  );
}

/** @returns undefined when the tenant already has a provider with that name */
export async function insertGuardrailProvider(
  tx: Tx,
  row: Omit<GuardrailProviderRow, 'createdAt'>,
): Promise<GuardrailProviderRow | undefined> {
  const rows = await tx.query<GuardrailProviderRow>(
    'insert-guardrail-provider',
    `INSERT INTO guardrail_provider (id, tenant_id, name, url, sealed_key, key_hint, timeout_ms, on_failure)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, name) DO NOTHING RETURNING ${columns}`,
    [row.id, tx.tenantId, row.name, row.url, row.sealedKey, row.keyHint, row.timeoutMs, row.onFailure],
  );
  return rows[0];
}

export async function deleteGuardrailProvider(tx: Tx, id: string): Promise<boolean> {
  const rows = await tx.query(
    'delete-guardrail-provider',
    'DELETE FROM guardrail_provider WHERE tenant_id = $1 AND id = $2 RETURNING 1',
    [tx.tenantId, id],
  );
  return rows.length > 0;
}

/** The names and ids of providers that a rule of the tenant, or of one of its agents, asks. */
export async function guardrailProvidersInUse(tx: Tx): Promise<ReadonlySet<string>> {
  const rows = await tx.query<{ provider: string }>(
    'guardrail-providers-in-use',
    `SELECT DISTINCT rule->>'provider' AS provider
       FROM (SELECT guardrails FROM tenant WHERE id = $1 UNION ALL SELECT guardrails FROM agent WHERE tenant_id = $1) g
      CROSS JOIN jsonb_array_elements(coalesce(g.guardrails->'rules', '[]')) AS rule
      WHERE rule->>'kind' = 'provider'`,
    [tx.tenantId],
  );
  return new Set(rows.map(({ provider }) => provider));
}
