import { lockedSession } from '../activities/session/behind-lock.ts';
import { endWithStoppedWorkflow } from '../activities/session/stopped-workflow.ts';
import type { CallSlots } from '../activities/shares/call-slots.ts';
import type { Database } from '../db/database.ts';
import {
  callIsUnderWay,
  claimForReconciliation,
  type LiveSession,
  markWorkflowStarted,
} from '../db/queries/sessions-to-reconcile.ts';
import { markSignalled } from '../db/queries/sessions-to-signal.ts';
import type { SessionWorkflows, WorkflowState } from '../temporal/session-workflows.ts';
import { endInTransaction } from '../transitions/session-transition.ts';
import { startWorkflowOf } from '../transitions/start-workflow.ts';
import { repeating } from './repeating.ts';

export interface ReconcilerDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'start' | 'describe' | 'signalWake'>;
  /** Those for which sessions wait in this process. */
  readonly slots: readonly Pick<CallSlots, 'isAwaitedBy'>[];
  readonly notifier: { eventsAppended(sessionId: string): void };
  readonly warn: (message: string, error?: unknown) => void;
  /** Default 5 s. */
  readonly everyMs?: number;
}

/** A session is compared with Temporal this often while it lives. */
const CLAIM_MS = 30_000;
/** The log of a running session stands still for so long only while it waits for somebody. */
const STILL_MS = 30_000;
const SWEEP_MS = 5_000;
/** The process that makes a session starts its workflow at once. If it has not done so after this, it has died or Temporal was away. */
const START_GRACE_MS = 2_000;
const BATCH = 100;
const AT_ONCE = 10;

/**
 * Keeps rows and workflows in agreement (I1, I6): a session without a workflow gets one, and a live session whose workflow is
 * closed or gone is ended and its money released. One whose workflow may sleep although the row says that it runs is woken. So a
 * 2xx depends on the row alone.
 */
export function createReconciler(deps: ReconcilerDeps): { close(): Promise<void> } {
  const closing = new AbortController();
  const sweep = repeating({
    everyMs: deps.everyMs ?? SWEEP_MS,
    onError: (error) => deps.warn('The reconciler could not sweep; it goes on.', error),
    async work() {
      for (;;) {
        const due = await deps.db.serviceTransaction((tx) =>
          claimForReconciliation(tx, CLAIM_MS, START_GRACE_MS, BATCH),
        );
        const reconciled = await reconcileAll(due);
        // If none could be reconciled, Temporal is away.
        if (due.length < BATCH || reconciled === 0 || closing.signal.aborted) return;
      }
    },
  });

  /** @returns how many were reconciled */
  async function reconcileAll(due: readonly LiveSession[]): Promise<number> {
    let reconciled = 0;
    const left = due.values();
    const take = async () => {
      for (const session of left) {
        if (closing.signal.aborted) return;
        try {
          await reconcile(session);
          reconciled++;
        } catch (error) {
          deps.warn('A session could not be reconciled; it is tried again.', error);
        }
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    return reconciled;
  }

  async function reconcile(session: LiveSession): Promise<void> {
    if (!session.started) {
      await startAnew(session);
      return;
    }
    const state = await deps.sessions.describe(session.id);
    if (state === 'running') return wakeIfAsleep(session);
    await deps.db.transaction(session.tenantId, async (tx) => {
      const { session: row, ended } = await lockedSession(tx, session.id);
      // It may have ended meanwhile, and been retried: then another run of its workflow is to be started.
      if (ended !== undefined || row.retries !== session.retries) return;
      if (state === 'terminated' || state === 'cancelled') {
        await endWithStoppedWorkflow(tx, row, state);
      } else {
        await endInTransaction(tx, row, 'error', errorOf(state));
      }
    });
    deps.notifier.eventsAppended(session.id);
  }

  async function startAnew(session: LiveSession): Promise<void> {
    const { id: sessionId, tenantId, agentId } = session;
    const requestId = session.requestId ?? undefined;
    if (session.goesOn) {
      const { db, sessions } = deps;
      if (!(await startWorkflowOf({ db, sessions, nowMs: Date.now }, { tenantId, sessionId }))) return;
    } else {
      await deps.sessions.start({ sessionId, tenantId, agentId, requestId });
    }
    await deps.db.serviceTransaction(async (tx) => {
      await markWorkflowStarted(tx, sessionId, session.retries);
      tx.report({
        event: 'session_repaired',
        tenant_id: tenantId,
        agent_id: agentId,
        session_id: sessionId,
        request_id: requestId,
        cause: 'workflow_not_started',
      });
    });
  }

  /**
   * A worker that stood still may go on with a task that Temporal has long given to another worker. It changes rows, for example
   * reads the inbox or finds money for an idle session, and is not heard: the workflow sleeps on, and no signal comes, because the
   * rows look as if it had gone on. Woken, the workflow finds what was stored and goes on. For all others a wake-up changes
   * nothing.
   */
  async function wakeIfAsleep(session: LiveSession): Promise<void> {
    const { id, readUnsignalled } = session;
    if (readUnsignalled === null && !(await standsStill(session))) return;
    if ((await deps.sessions.signalWake(id)) !== 'accepted' || readUnsignalled === null) return;
    await deps.db.serviceTransaction((tx) => markSignalled(tx, id, readUnsignalled));
  }

  /** A session that waits for a slot stands still, too, which no worker knows but the one that has no slot for it. */
  async function standsStill({ id, tenantId, stillMs }: LiveSession): Promise<boolean> {
    if (stillMs === null || !isWakeDue(stillMs)) return false;
    if (deps.slots.some((each) => each.isAwaitedBy(id))) return false;
    return !(await deps.db.transaction(tenantId, (tx) => callIsUnderWay(tx, id)));
  }

  return {
    close() {
      closing.abort();
      return sweep.stop();
    },
  };
}

/** A session is woken after it stood still for 30 s, and then each time that this has doubled: a wake-up is a task of its workflow. */
function isWakeDue(stillMs: number): boolean {
  if (stillMs < STILL_MS) return false;
  const lastDueMs = STILL_MS * 2 ** Math.floor(Math.log2(stillMs / STILL_MS));
  return stillMs - lastDueMs < CLAIM_MS + SWEEP_MS;
}

function errorOf(state: WorkflowState): { code: string; message: string } {
  return {
    code: 'workflow_lost',
    message: `The workflow of this session is ${state.replace('_', ' ')} although the session had not ended.`,
  };
}
