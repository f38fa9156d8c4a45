import type { ProviderVerdict } from '../../domain/guardrails/guard-text.ts';
import type { Tx } from '../database.ts';

/** Reads what providers have said of the waiting messages of a session, by what they were asked. */
export async function providerVerdicts(tx: Tx, sessionId: string): Promise<Map<string, ProviderVerdict>> {
  const rows = await tx.query<{ asked: string; verdict: ProviderVerdict }>(
    'provider-verdicts',
    'SELECT asked, verdict FROM guardrail_verdict WHERE session_id = $1 AND tenant_id = $2',
    [sessionId, tx.tenantId],
  );
  return new Map(rows.map(({ asked, verdict }) => [asked, verdict]));
}

/** Keeps what providers have said. The first verdict on a text stays. A session that was erased keeps none. */
export async function keepProviderVerdicts(
  tx: Tx,
  sessionId: string,
  verdicts: ReadonlyMap<string, ProviderVerdict>,
): Promise<void> {
  await tx.query(
    'keep-provider-verdicts',
    `INSERT INTO guardrail_verdict (session_id, tenant_id, asked, verdict)
     SELECT s.id, s.tenant_id, v.asked, v.verdict
       FROM session s, unnest($3::text[], $4::jsonb[]) AS v (asked, verdict)
      WHERE s.id = $1 AND s.tenant_id = $2
     ON CONFLICT (session_id, asked) DO NOTHING`,
    [sessionId, tx.tenantId, [...verdicts.keys()], [...verdicts.values()].map((verdict) => JSON.stringify(verdict))],
  );
}

/** Forgets what was said of messages that a boundary has read. */
export function forgetProviderVerdicts(tx: Tx, sessionId: string): void {
  tx.send('forget-provider-verdicts', 'DELETE FROM guardrail_verdict WHERE session_id = $1 AND tenant_id = $2', [
    sessionId,
    tx.tenantId,
  ]);
}
