import type { RateAnswer, WantedRate } from '../../domain/tool-policy/rate-limit.ts';
import type { Tx } from '../database.ts';

/**
 * Counts calls towards the limit of a policy: as many of those that are wanted as the limit leaves. A call counts for `perS`
 * seconds from then on. The row stays locked until the transaction ends, so the limit holds for all workers together.
 */
export async function takeRate(tx: Tx, { rule, calls, perS, wanted }: WantedRate): Promise<RateAnswer> {
  const rows = await tx.query<RateAnswer>(
    'take-tool-rate',
    `INSERT INTO tool_rate AS r (tenant_id, policy_id, used, granted)
     SELECT $1, $2, array_fill(clock_timestamp(), ARRAY[n]), n FROM (SELECT least($3::int, $4::int) AS n) first
     ON CONFLICT (tenant_id, policy_id) DO UPDATE SET (used, granted) = (
       SELECT k.kept || array_fill(clock_timestamp(), ARRAY[k.free]), k.free
         FROM (SELECT coalesce(array_agg(u ORDER BY u), '{}') AS kept,
                      greatest(0, least($3::int, $4::int - count(u)::int)) AS free
                 FROM unnest(r.used) AS u WHERE u > clock_timestamp() - make_interval(secs => $5)) k)
     RETURNING granted, ${freeAfterS('$5')} AS "freeAfterS"`,
    [tx.tenantId, rule, wanted, calls, perS],
  );
  const row = rows[0];
  if (row === undefined) throw new Error('An upsert of tool_rate returned no row.');
  return row;
}

/** The answer that the limit would give now. Nothing is counted. */
export async function peekRate(tx: Tx, { rule, calls, perS, wanted }: WantedRate): Promise<RateAnswer> {
  const rows = await tx.query<RateAnswer>(
    'peek-tool-rate',
    `SELECT greatest(0, least($3::int, $4::int - (SELECT count(*)::int FROM unnest(used) AS u
                                            WHERE u > clock_timestamp() - make_interval(secs => $5)))) AS granted,
            ${freeAfterS('$5')} AS "freeAfterS"
       FROM tool_rate WHERE tenant_id = $1 AND policy_id = $2`,
    [tx.tenantId, rule, wanted, calls, perS],
  );
  return rows[0] ?? { granted: Math.min(wanted, calls), freeAfterS: 0 };
}

/** The seconds until the oldest call no longer counts. */
function freeAfterS(perS: string): string {
  return `greatest(0, coalesce(extract(epoch FROM used[1] + make_interval(secs => ${perS}) - clock_timestamp()), 0))::float8`;
}
