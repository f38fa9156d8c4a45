import type { Database } from '../db/database.ts';
import { sessionsWithMoney, tenantsIdleForMoney } from '../db/queries/sessions-with-money.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';
import { repeating } from './repeating.ts';

export interface MoneyWatchDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'signalWake'>;
  readonly nowMs: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

const LOOK_EVERY_MS = 5_000;
/** How many sessions of a tenant are woken at once. The others follow with the next look. */
const BATCH = 200;

/**
 * Wakes sessions that are idle for money and have it. Whoever raises a cap signals them at once, but a signal may be lost with
 * its process, and nobody signals when other requests release what they held. Any number of workers may watch: a session that
 * is woken twice looks twice.
 */
export function createMoneyWatch(deps: MoneyWatchDeps): { close(): Promise<void> } {
  const looking = repeating({
    everyMs: LOOK_EVERY_MS,
    onError: (error) =>
      deps.warn('It could not be looked for sessions that have money again; the next look comes.', error),
    async work() {
      for (const tenantId of await deps.db.serviceTransaction(tenantsIdleForMoney)) await wakeThoseWithMoney(tenantId);
    },
  });

  async function wakeThoseWithMoney(tenantId: string): Promise<void> {
    const ids = await deps.db.transaction(tenantId, (tx) => sessionsWithMoney(tx, deps.nowMs(), BATCH));
    await Promise.all(
      ids.map((id) =>
        deps.sessions
          .signalWake(id)
          .catch((error: unknown) =>
            deps.warn('A session that has money could not be woken; the next look tries again.', error),
          ),
      ),
    );
  }

  return { close: looking.stop };
}
