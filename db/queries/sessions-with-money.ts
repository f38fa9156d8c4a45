import type { Tx } from '../database.ts';

/** Lists the tenants that have sessions which are idle for money. */
export async function tenantsIdleForMoney(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ tenantId: string }>(
    'tenants-idle-for-money',
    `SELECT DISTINCT tenant_id AS "tenantId" FROM session WHERE idle_cause = 'budget'`,
  );
  return rows.map(({ tenantId }) => tenantId);
}

/** The money that may still be reserved in an account. Null: it has no cap. One that is not opened yet has its whole cap. */
const freeIn = (account: string, capNano: string) =>
  `coalesce(${capNano} - ${account}.spent_nano - ${account}.excess_nano - ${account}.reserved_nano, ${capNano})`;

/**
 * Lists sessions of the tenant that are idle for money and have it now, by what clients were told last: what the next request
 * needs fits both accounts, and, where it was asked because of an excess, the cap was raised since. Of the sessions of an
 * agent, the oldest come first, and only as many as the day can pay: the others would be woken for nothing. The selection of
 * a session decides by all the rest.
 * @param nowMs says which day it is
 */
export async function sessionsWithMoney(tx: Tx, nowMs: number, limit: number): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'sessions-with-money',
    `WITH idle AS (
       SELECT s.id, s.agent_id, s.created_at, s.budget, needed.nano AS needed_nano, r.cap_nano AS run_cap, cap.day_nano AS day_cap,
              ${freeIn('r', 'r.cap_nano')} AS run_free, ${freeIn('d', 'cap.day_nano')} AS day_free
         FROM session s
        CROSS JOIN LATERAL (SELECT (s.budget->>'neededUsd')::numeric * 1e9 AS nano, 'run:' || s.id AS run,
                                   'day:' || s.agent_id || ':'
                                     || to_char(to_timestamp($2::float8 / 1000) AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day
                           OFFSET 0) needed
         JOIN agent a ON a.tenant_id = $1 AND a.agent_id = s.agent_id
         LEFT JOIN budget_account r ON r.tenant_id = $1 AND r.account = needed.run
         LEFT JOIN budget_account d ON d.tenant_id = $1 AND d.account = needed.day
        CROSS JOIN LATERAL (SELECT CASE WHEN d.account IS NULL THEN a.budget_daily_nano ELSE d.cap_nano END AS day_nano
                           OFFSET 0) cap
        WHERE s.tenant_id = $1 AND s.idle_cause = 'budget' AND s.workflow_started_at IS NOT NULL
     ), able AS (
       SELECT id, created_at, day_free, sum(needed_nano) OVER (PARTITION BY agent_id ORDER BY created_at, id) AS needed_so_far
         FROM idle
        WHERE coalesce(run_free >= needed_nano, true) AND coalesce(day_free >= needed_nano, true)
          AND (NOT budget ? 'excessUsd'
               OR coalesce(CASE budget->>'account' WHEN 'run' THEN run_cap ELSE day_cap END
                             > (budget->>'capUsd')::numeric * 1e9, true))
     )
     SELECT id FROM able WHERE coalesce(needed_so_far <= day_free, true) ORDER BY created_at, id LIMIT $3`,
    [tx.tenantId, nowMs, limit],
  );
  return rows.map(({ id }) => id);
}
