import type { Tx } from '../database.ts';

export interface GuardrailConfigRow {
  readonly blocked_phrases?: readonly string[] | undefined;
  readonly redact_secrets?: boolean | undefined;
}

export async function readGuardrailConfig(tx: Tx): Promise<GuardrailConfigRow> {
  const rows = await tx.query<{ guardrails: GuardrailConfigRow }>(
    'read-guardrail-config',
    'SELECT guardrails FROM tenant WHERE id = $1',
    [tx.tenantId],
  );
  return rows[0]?.guardrails ?? {};
}

/** Changes the given fields and keeps the others. */
export async function mergeGuardrailConfig(tx: Tx, change: GuardrailConfigRow): Promise<GuardrailConfigRow> {
  const rows = await tx.query<{ guardrails: GuardrailConfigRow }>(
    'merge-guardrail-config',
    'UPDATE tenant SET guardrails = guardrails || $2::jsonb WHERE id = $1 RETURNING guardrails',
    [tx.tenantId, JSON.stringify(change)],
  );
  return rows[0]?.guardrails ?? {};
}
