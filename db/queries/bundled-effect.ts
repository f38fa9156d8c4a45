import type { Tx } from '../database.ts';

/**
 * Records the result of an effect in the transaction of the effect (I5).
 * @returns false when this call has its effect already: the caller must roll back.
 */
export async function insertBundledEffect(
  tx: Tx,
  sessionId: string,
  toolCallId: string,
  result: Record<string, unknown>,
): Promise<boolean> {
  const rows = await tx.query(
    'insert-bundled-effect',
    `INSERT INTO bundled_effect (session_id, tool_call_id, result, tenant_id) VALUES ($1, $2, $3, $4)
     ON CONFLICT DO NOTHING RETURNING tool_call_id`,
    [sessionId, toolCallId, JSON.stringify(result), tx.tenantId],
  );
  return rows.length === 1;
}

/** The result stored with the effect of a call; undefined when it had none. */
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
