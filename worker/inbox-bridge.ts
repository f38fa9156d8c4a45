import type { FaultPoint } from '../activities/stage-deps.ts';
import type { Database } from '../db/database.ts';
import { expediteReconciliation } from '../db/queries/sessions-to-reconcile.ts';
import { claimUnsignalled, markSignalled, type UnsignalledSession } from '../db/queries/sessions-to-signal.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';
import { notifiedSessions, SCAN_MS } from './notified-sessions.ts';
import { repeating } from './repeating.ts';

export interface InboxBridgeDeps {
  readonly db: Database;
  readonly sessions: Pick<SessionWorkflows, 'signalWake' | 'freeFromItsWorker'>;
  /** True when this process had the session last. */
  readonly isServedHere: (sessionId: string) => boolean;
  readonly reached: (point: FaultPoint) => void;
  readonly warn: (message: string, error?: unknown) => void;
}

export interface InboxBridge {
  /** Looks at these sessions now: a notification says that their inboxes grew. */
  inboxAppended(sessionIds: readonly string[]): void;
  /** Looks at all sessions now: notifications may have been missed. */
  scan(): void;
  close(): Promise<void>;
}

const CLAIM_MS = 2_000;
const BATCH = 200;

/**
 * Carries inbox rows to workflows: NOTIFY and a scan find sessions with unread messages, and a signal wakes their workflow.
 * `signalled_seq` moves after the signal was accepted, so a process that dies in between causes a second signal, but loses no
 * message (I1). Any number of bridges may run.
 */
export function createInboxBridge(deps: InboxBridgeDeps): InboxBridge {
  const onError = (error: unknown) => deps.warn('The inbox bridge could not scan; it goes on.', error);
  const scan = repeating({
    everyMs: SCAN_MS,
    onError,
    async work() {
      for (;;) if ((await signalDue(null, BATCH)) < BATCH) return;
    },
  });
  const notified = notifiedSessions({
    onError,
    async work(ids) {
      await signalDue(ids, ids.length);
    },
  });

  /** @returns how many sessions were due */
  async function signalDue(ids: readonly string[] | null, limit: number): Promise<number> {
    const due = await deps.db.serviceTransaction((tx) => claimUnsignalled(tx, ids, CLAIM_MS, limit));
    await Promise.all(due.map(signal));
    return due.length;
  }

  /**
   * A session that sleeps is handed first to the worker that had it last, and waits 2 s for one that is gone. Nobody knows which
   * worker that was, except one that had it itself. If the other one still lives, the only price is a replay.
   */
  async function free(sessionId: string): Promise<void> {
    await deps.sessions.freeFromItsWorker({ workflowId: sessionId }).catch(() => undefined);
  }

  async function signal(session: UnsignalledSession): Promise<void> {
    try {
      deps.reached('inbox_claimed.after');
      if (session.isIdle && !deps.isServedHere(session.id)) await free(session.id);
      const outcome = await deps.sessions.signalWake(session.id);
      deps.reached('signalled.after');
      await deps.db.serviceTransaction((tx) =>
        outcome === 'accepted'
          ? markSignalled(tx, session.id, session.inboxSeq)
          : expediteReconciliation(tx, session.id),
      );
    } catch (error) {
      deps.warn('A session could not be woken; the next scan tries again.', error);
    }
  }

  return {
    inboxAppended: notified.add,
    scan: scan.hurry,
    async close() {
      await Promise.all([scan.stop(), notified.stop()]);
    },
  };
}
