import { lockedSession } from '../activities/session/behind-lock.ts';
import { endWithStoppedWorkflow } from '../activities/session/stopped-workflow.ts';
import type { Database } from '../db/database.ts';
import { claimForReconciliation, type LiveSession, markWorkflowStarted } from '../db/queries/sessions-to-reconcile.ts';
import { markSignalled } from '../db/queries/sessions-to-signal.ts';
import type { SessionWorkflows, WorkflowState } from '../temporal/session-workflows.ts';
import { endInTransaction } from '../transitions/session-transition.ts';
import { repeating } from './repeating.ts';

export interface ReconcilerDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'start' | 'describe' | 'signalWake'>;
  readonly notifier: { eventsAppended(sessionId: string): void };
  readonly warn: (message: string, error?: unknown) => void;
  /** Default 5 s. */
  readonly everyMs?: number;
}

/** A session is compared with Temporal this often while it lives. */
const CLAIM_MS = 30_000;
/** The process that makes a session starts its workflow at once. If it has not done so after this, it has died or Temporal was away. */
const START_GRACE_MS = 2_000;
const BATCH = 100;
const AT_ONCE = 10;

/**
 * Keeps rows and workflows in agreement (I1, I6): a session without a workflow gets one, and a live session whose workflow is
 * closed or gone is ended and its money released. One that read a message of which its workflow knows nothing is woken. So a 2xx
 * depends on the row alone.
 */
export function createReconciler(deps: ReconcilerDeps): { close(): Promise<void> } {
  const closing = new AbortController();
  const sweep = repeating({
    everyMs: deps.everyMs ?? 5_000,
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
      const { id: sessionId, tenantId, agentId } = session;
      const requestId = session.requestId ?? undefined;
      await deps.sessions.start({ sessionId, tenantId, agentId, requestId });
      await deps.db.serviceTransaction(async (tx) => {
        await markWorkflowStarted(tx, sessionId);
        tx.report({
          event: 'session_repaired',
          tenant_id: tenantId,
          agent_id: agentId,
          session_id: sessionId,
          request_id: requestId,
          cause: 'workflow_not_started',
        });
      });
      return;
    }
    const state = await deps.sessions.describe(session.id);
    if (state === 'running') return wakeIfUnsignalled(session);
    await deps.db.transaction(session.tenantId, async (tx) => {
      const { session: row, ended } = await lockedSession(tx, session.id);
      if (ended !== undefined) return;
      if (state === 'terminated' || state === 'cancelled') {
        await endWithStoppedWorkflow(tx, row, state);
      } else {
        await endInTransaction(tx, row, 'error', errorOf(state));
      }
    });
    deps.notifier.eventsAppended(session.id);
  }

  /**
   * A worker that stood still may go on with a task that Temporal has long given to another worker. It reads the inbox and is not
   * heard, and the workflow sleeps on, since the bridge signals unread rows only. Woken, it finds what was stored and goes on.
   */
  async function wakeIfUnsignalled({ id, readUnsignalled }: LiveSession): Promise<void> {
    if (readUnsignalled === null || (await deps.sessions.signalWake(id)) !== 'accepted') return;
    await deps.db.serviceTransaction((tx) => markSignalled(tx, id, readUnsignalled));
  }

  return {
    close() {
      closing.abort();
      return sweep.stop();
    },
  };
}

function errorOf(state: WorkflowState): { code: string; message: string } {
  return {
    code: 'workflow_lost',
    message: `The workflow of this session is ${state.replace('_', ' ')} although the session had not ended.`,
  };
}
