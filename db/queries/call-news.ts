import type { Tx } from '../database.ts';
import { isSuspended } from './tenant.ts';

/** The news of a session that a model call under way should know. */
export interface CallNews {
  readonly id: string;
  readonly interrupted: boolean;
  readonly ended: boolean;
  /** True while the tenant of the session is suspended. */
  readonly suspended: boolean;
  readonly deltasWanted: boolean;
  /** How often it was retried. */
  readonly retries: number;
}

/** Reads the news of these sessions. Sessions about which there is nothing to say are left out. */
export async function callNewsOf(tx: Tx, ids: readonly string[]): Promise<CallNews[]> {
  return tx.query<CallNews>(
    'call-news-of',
    `SELECT * FROM (
       SELECT s.id, coalesce(s.deltas_wanted_until > now(), false) AS "deltasWanted",
              EXISTS (SELECT 1 FROM session_inbox i WHERE i.session_id = s.id AND i.seq > s.consumed_inbox_seq
                         AND i.type = 'user.interrupt' AND i.state = 'queued') AS interrupted,
              s.status = 'ended' AS ended, s.retries, ${isSuspended('s.tenant_id')} AS suspended
         FROM session s WHERE s.id = ANY ($1)) n
      WHERE interrupted OR ended OR suspended OR "deltasWanted" OR retries > 0`,
    [ids],
  );
}
