import type { DeltaWriter } from '../activities/call-model/delta-writer.ts';
import type { InterruptDoorbell } from '../activities/call-model/interrupt-doorbell.ts';
import type { FaultPoint } from '../activities/stage-deps.ts';
import type { Database } from '../db/database.ts';
import { createListener } from '../db/listen.ts';
import { DELTAS_WANTED_CHANNEL, INBOX_CHANNEL } from '../db/notify.ts';
import {
  callNewsOf,
  claimUnsignalled,
  expediteReconciliation,
  markSignalled,
  type UnsignalledSession,
} from '../db/queries/session-sweep.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';
import { repeating } from './repeating.ts';

export interface InboxBridgeDeps {
  readonly db: Database;
  readonly databaseUrl: string;
  readonly sessions: Pick<SessionWorkflows, 'signalWake'>;
  readonly doorbell: InterruptDoorbell;
  readonly deltas: Pick<DeltaWriter, 'setWanted'>;
  readonly reached: (point: FaultPoint) => void;
  readonly warn: (message: string, error?: unknown) => void;
}

/** The poll behind NOTIFY: a lost notification costs at most this. */
const SCAN_MS = 1_000;
const CLAIM_MS = 2_000;
const BATCH = 200;

/**
 * Carries inbox rows to workflows: NOTIFY and a scan find sessions with unread messages, a signal wakes their workflow.
 * `signalled_seq` moves after the signal was accepted, so dying in between costs a repeated signal and never a message
 * (I1). Any number of bridges may run. It also rings the doorbell of model calls in this process, and tells them when a
 * stream begins to ask for their text.
 */
export function createInboxBridge(deps: InboxBridgeDeps): { close(): Promise<void> } {
  const notified = new Set<string>();
  const callsNotified = new Set<string>();
  const onError = (error: unknown) => deps.warn('The inbox bridge could not scan; it goes on.', error);

  const scan = repeating({
    everyMs: SCAN_MS,
    onError,
    async work() {
      for (;;) {
        const due = await deps.db.serviceTransaction((tx) => claimUnsignalled(tx, null, CLAIM_MS, BATCH));
        await Promise.all(due.map(signal));
        if (due.length < BATCH) return;
      }
    },
  });
  const prompt = promptly(notified, async (ids) => {
    const due = await deps.db.serviceTransaction((tx) => claimUnsignalled(tx, ids, CLAIM_MS, ids.length));
    await Promise.all(due.map(signal));
  });
  // Loops of their own: a call is interrupted without Temporal, and signals may wait for one that hangs.
  const tell = repeating({ everyMs: SCAN_MS, onError, work: () => tellCalls(deps.doorbell.sessions()) });
  const tellPrompt = promptly(callsNotified, tellCalls);
  const listener = createListener({
    databaseUrl: deps.databaseUrl,
    channels: [INBOX_CHANNEL, DELTAS_WANTED_CHANNEL],
    applicationName: 'agent-runs-bridge',
    onNotification: (channel, payload) => {
      const ids = payload.split(',');
      if (channel === DELTAS_WANTED_CHANNEL) {
        for (const id of ids) deps.deltas.setWanted(id, true);
        return;
      }
      const calling = new Set(deps.doorbell.sessions());
      for (const id of ids) {
        notified.add(id);
        if (calling.has(id)) callsNotified.add(id);
      }
      prompt.hurry();
      tellPrompt.hurry();
    },
    onConnected: () => {
      scan.hurry();
      tell.hurry();
    },
    onDeaf: () => deps.warn('Postgres does not deliver notifications (a pooler in transaction mode?): scans go on.'),
  });

  /** A loop that is hurried by notifications: takes the sessions they named until none is left. */
  function promptly(named: Set<string>, work: (ids: readonly string[]) => Promise<void>) {
    return repeating({
      everyMs: SCAN_MS,
      onError,
      async work() {
        while (named.size > 0) {
          const ids = [...named];
          named.clear();
          await work(ids);
        }
      },
    });
  }

  async function tellCalls(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const news = await deps.db.serviceTransaction((tx) => callNewsOf(tx, ids));
    const wanted = new Set(news.filter((each) => each.deltasWanted).map((each) => each.id));
    for (const id of ids) deps.deltas.setWanted(id, wanted.has(id));
    for (const each of news) if (each.interrupted) deps.doorbell.ring(each.id);
  }

  async function signal(session: UnsignalledSession): Promise<void> {
    try {
      deps.reached('inbox_claimed.after');
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
    async close() {
      await Promise.all([listener.close(), ...[scan, prompt, tell, tellPrompt].map((loop) => loop.stop())]);
    },
  };
}
