import { lockedSession } from '../activities/session/behind-lock.ts';
import { endInTransaction } from '../activities/session/session-transition.ts';
import type { Database } from '../db/database.ts';
import { liveSessions } from '../db/queries/sessions-paused.ts';
import { suspendedTenants, suspensionOfTenant } from '../db/queries/tenant.ts';
import type { ToolConnections } from '../mcp/calls/tool-call.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';
import { repeating } from './repeating.ts';

export interface SuspensionWatchDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'signalWake'>;
  readonly notifier: { eventsAppended(sessionId: string): void };
  readonly connections: Pick<ToolConnections, 'closeOf'>;
  readonly warn: (message: string, error?: unknown) => void;
}

export interface SuspensionWatch {
  /** Looks now: a notification says that a tenant was suspended. */
  look(): void;
  close(): Promise<void>;
}

const LOOK_EVERY_MS = 2_000;
const BATCH = 200;
const AT_ONCE = 10;

/** The error with which clients see a session that was terminated in this way. */
const TERMINATED = {
  code: 'tenant_suspended',
  message: 'The operator of the service has suspended the tenant and ended its sessions.',
  by: 'operator',
};

/**
 * Does what the suspension of a tenant asks for and no stage does by itself: it closes connections to the tenant's tool servers,
 * and ends its sessions where the operator said so. The row of the tenant is the order and sessions that live are what is left
 * to do, so the watch of any worker completes what another has begun, whatever dies in between.
 */
export function createSuspensionWatch(deps: SuspensionWatchDeps): SuspensionWatch {
  const closing = new AbortController();
  const looking = repeating({
    everyMs: LOOK_EVERY_MS,
    onError: (error) => deps.warn('Suspended tenants could not be looked after; the next look comes.', error),
    async work() {
      for (const { id, sessions } of await deps.db.serviceTransaction(suspendedTenants)) {
        // Calls under way are cancelled by their doorbell, and give their connections back.
        await deps.connections.closeOf(id, 'when_idle');
        if (sessions === 'terminate') await terminateAll(id);
      }
    },
  });

  async function terminateAll(tenantId: string): Promise<void> {
    for (;;) {
      const ids = await deps.db.transaction(tenantId, (tx) => liveSessions(tx, BATCH));
      const left = ids.values();
      const take = async () => {
        for (const id of left) if (!closing.signal.aborted) await terminate(tenantId, id);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, take));
      if (ids.length < BATCH || closing.signal.aborted) return;
    }
  }

  async function terminate(tenantId: string, sessionId: string): Promise<void> {
    const ended = await deps.db.transaction(tenantId, async (tx) => {
      const { session, ended: before } = await lockedSession(tx, sessionId);
      if (before !== undefined) return false;
      // The tenant may have been resumed meanwhile.
      if ((await suspensionOfTenant(tx)) !== 'terminate') return false;
      await endInTransaction(tx, session, 'terminated', TERMINATED);
      return true;
    });
    if (!ended) return;
    deps.notifier.eventsAppended(sessionId);
    await deps.sessions
      .signalWake(sessionId)
      .catch((error: unknown) => deps.warn('The workflow of an ended session was not told; it ends by itself.', error));
  }

  return {
    look: looking.hurry,
    async close() {
      closing.abort();
      await looking.stop();
    },
  };
}
