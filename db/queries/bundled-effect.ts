import type { Tx } from '../database.ts';

/** Records the result of an effect in the transaction of the effect. The transaction fails if the call already had its effect (I5). */
export function insertBundledEffect(
  tx: Tx,
  sessionId: string,
  toolCallId: string,
  result: Record<string, unknown>,
): void {
  tx.send(
    'insert-bundled-effect',
    'INSERT INTO bundled_effect (session_id, tool_call_id, result, tenant_id) VALUES ($1, $2, $3, $4)',
    [sessionId, toolCallId, JSON.stringify(result), tx.tenantId],
  );
}

/** True for the error of a transaction whose effect was committed before. All of that transaction is rolled back. */
export function isRepeatedEffect(error: unknown): boolean {
  return error instanceof Error && 'constraint' in error && error.constraint === 'bundled_effect_pkey';
}

/** Reads the result that was stored with the effect of a call. Undefined: it had no effect. */
export async function bundledEffectResult(
  tx: Tx,
  sessionId: string,
  toolCallId: string,
): Promise<Record<string, unknown> | undefined> {
  const rows = await tx.query<{ result: Record<string, unknown> }>(
    'bundled-effect-result',
    'SELECT result FROM bundled_effect WHERE session_id = $1 AND tool_call_id = $2 AND tenant_id = $3',
    [sessionId, toolCallId, tx.tenantId],
  );
  return rows[0]?.result;
}
