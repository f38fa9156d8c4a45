import { lockedSession } from '../activities/session/behind-lock.ts';
import type { CallSlots } from '../activities/shares/call-slots.ts';
import type { Database } from '../db/database.ts';
import { liveSessions } from '../db/queries/sessions-paused.ts';
import { suspendedTenants, suspensionOfTenant, weightedTenants } from '../db/queries/tenant.ts';
import type { ToolConnections } from '../mcp/calls/tool-call.ts';
import type { Suspensions } from '../processes/suspensions.ts';
import type { TenantWeights } from '../processes/tenant-weights.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';
import { endInTransaction } from '../transitions/session-transition.ts';
import { repeating } from './repeating.ts';

export interface SuspensionWatchDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'signalWake'>;
  readonly notifier: { eventsAppended(sessionId: string): void };
  readonly connections: Pick<ToolConnections, 'closeOf'>;
  /** The slots for which sessions of this process wait. */
  readonly slots: readonly Pick<CallSlots, 'dismiss'>[];
  readonly weights: Pick<TenantWeights, 'replace'>;
  /** What waits in this process and no doorbell belongs to. */
  readonly suspensions: Pick<Suspensions, 'found'>;
  readonly warn: (message: string, error?: unknown) => void;
}

export interface SuspensionWatch {
  /** Looks now: a notification says that a tenant was suspended or got another weight. */
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
 * Does what the suspension of a tenant asks for and no stage does by itself: it gives up checks, renewals of tokens and the like, wakes
 * the sessions that wait for a slot here, so that they pause, closes connections to the tenant's tool servers, and ends its sessions where the operator said so. The row of
 * the tenant is the order and sessions that live are what is left to do, so the watch of any worker completes what another has
 * begun, whatever dies in between. It also reads the weights of the tenants.
 */
export function createSuspensionWatch(deps: SuspensionWatchDeps): SuspensionWatch {
  const closing = new AbortController();
  const looking = repeating({
    everyMs: LOOK_EVERY_MS,
    onError: (error) => deps.warn('Suspended tenants could not be looked after; the next look comes.', error),
    async work() {
      const [suspended, weighted] = await deps.db.serviceTransaction((tx) =>
        Promise.all([suspendedTenants(tx), weightedTenants(tx)]),
      );
      deps.weights.replace(weighted);
      deps.suspensions.found(suspended.map(({ id }) => id));
      for (const { id, sessions } of suspended) {
        const waited = new Set(deps.slots.flatMap((each) => each.dismiss(id)));
        await Promise.all([
          // Calls under way are cancelled by their doorbell, and give their connections back.
          deps.connections.closeOf(id, 'when_idle'),
          // Sessions that are to end are woken when they have ended. While Temporal is away, all look by themselves.
          sessions === 'pause' ? forEach(waited, deps.sessions.signalWake) : undefined,
        ]);
        if (sessions === 'terminate') await terminateAll(id);
      }
    },
  });

  async function terminateAll(tenantId: string): Promise<void> {
    for (;;) {
      const ids = await deps.db.transaction(tenantId, (tx) => liveSessions(tx, BATCH));
      await forEach(ids, (id) => terminate(tenantId, id));
      if (ids.length < BATCH || closing.signal.aborted) return;
    }
  }

  /** Acts on a few sessions at once, until the watch is closed. */
  async function forEach(sessionIds: Iterable<string>, act: (sessionId: string) => Promise<unknown>): Promise<void> {
    const left = [...sessionIds].values();
    const take = async () => {
      for (const id of left) if (!closing.signal.aborted) await act(id);
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
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
