import type { Tx } from '../database.ts';

/** The reason for which a worker ended itself. */
export type DeathCause = 'hang' | 'memory';

/** A stage that was under way when a worker ended itself. */
export interface StageAtDeath {
  readonly tenantId: string;
  readonly sessionId: string;
  readonly stage: string;
  readonly place: string;
  /** True when it was running at that moment. */
  readonly proven: boolean;
}

export interface DeathSuspect extends Omit<StageAtDeath, 'proven'> {
  readonly cause: DeathCause;
  readonly deaths: number;
  readonly proven: number;
}

/** Counts a death of a worker at each stage that was under way. */
export async function recordDeath(tx: Tx, cause: DeathCause, stages: readonly StageAtDeath[]): Promise<void> {
  await tx.query(
    'record-death',
    `INSERT INTO worker_death (tenant_id, session_id, stage, place, cause, deaths, proven)
     SELECT DISTINCT ON (session_id, place) tenant_id, session_id, stage, place, $1, 1, proven::int
       FROM unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
         AS died (tenant_id, session_id, stage, place, proven)
      ORDER BY session_id, place, proven DESC
     ON CONFLICT (session_id, place) DO UPDATE
       SET deaths = worker_death.deaths + 1, proven = worker_death.proven + excluded.proven,
           cause = excluded.cause, last_at = now()`,
    [
      cause,
      stages.map(({ tenantId }) => tenantId),
      stages.map(({ sessionId }) => sessionId),
      stages.map(({ stage }) => stage),
      stages.map(({ place }) => place),
      stages.map(({ proven }) => proven),
    ],
  );
}

/** Reads the stages at which workers died within the last hour, and forgets those of earlier times. */
export async function deathSuspects(tx: Tx): Promise<DeathSuspect[]> {
  tx.send('forget-deaths', `DELETE FROM worker_death WHERE last_at < now() - interval '1 hour'`);
  return tx.query<DeathSuspect>(
    'death-suspects',
    `SELECT tenant_id AS "tenantId", session_id AS "sessionId", stage, place, cause, deaths, proven FROM worker_death`,
  );
}

/** Forgets the deaths of a session that has ended. */
export function forgetDeathsOf(tx: Tx, sessionId: string): void {
  tx.send('forget-deaths-of', 'DELETE FROM worker_death WHERE session_id = $1', [sessionId]);
}
