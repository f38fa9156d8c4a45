import type { Tx } from '../database.ts';

export interface LeaderboardRow {
  readonly provider: string;
  readonly model: string;
  readonly taskClass: string;
  readonly meanReward: number;
  readonly samples: number;
  readonly updatedAt: Date;
}

/** Lists what routing has learned about the tenant's models. `sort` is samples or updated; with anything else, by mean reward. */
export async function readLeaderboard(
  tx: Tx,
  page: { sort: string; provider: string | null; limit: number; offset: number },
): Promise<LeaderboardRow[]> {
  return tx.query<LeaderboardRow>(
    'read-leaderboard',
    `SELECT provider, model, task_class AS "taskClass", mean AS "meanReward", samples::int AS samples,
            updated_at AS "updatedAt"
       FROM posterior WHERE tenant_id = $1 AND ($2::text IS NULL OR provider = $2)
      ORDER BY CASE $3 WHEN 'samples' THEN samples::float8 WHEN 'updated' THEN extract(epoch FROM updated_at)::float8
                       ELSE mean END DESC, provider, model, task_class
      LIMIT $4 OFFSET $5`,
    [tx.tenantId, page.provider, page.sort, page.limit, page.offset],
  );
}
