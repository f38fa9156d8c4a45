import type { Database } from '../db/database.ts';
import { sessionsToJudgeAgain, tenantsAwaitingAction } from '../db/queries/sessions-to-judge.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';
import { repeating } from './repeating.ts';

export interface ApprovalWatchDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'signalWake'>;
  readonly warn: (message: string, error?: unknown) => void;
}

const LOOK_EVERY_MS = 5_000;
/** How many sessions of a tenant are woken at once. The others follow with the next look. */
const BATCH = 200;

/**
 * Wakes sessions whose calls wait for approval when a policy or a tool has changed since they looked: the change may allow the
 * calls, or forbid them. An answer itself needs no watch, because its row in the inbox has one (inbox-bridge.ts).
 */
export function createApprovalWatch(deps: ApprovalWatchDeps): { close(): Promise<void> } {
  const looking = repeating({
    everyMs: LOOK_EVERY_MS,
    onError: (error) =>
      deps.warn('It could not be looked for calls that policy allows by now; the next look comes.', error),
    async work() {
      for (const tenantId of await deps.db.serviceTransaction(tenantsAwaitingAction)) await wakeThoseToJudge(tenantId);
    },
  });

  async function wakeThoseToJudge(tenantId: string): Promise<void> {
    const ids = await deps.db.transaction(tenantId, (tx) => sessionsToJudgeAgain(tx, BATCH));
    await Promise.all(
      ids.map((id) =>
        deps.sessions
          .signalWake(id)
          .catch((error: unknown) =>
            deps.warn('A session whose calls policy may allow could not be woken; the next look tries again.', error),
          ),
      ),
    );
  }

  return { close: looking.stop };
}
