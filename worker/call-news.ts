import type { DeltaWriter } from '../activities/call-model/delta-writer.ts';
import { ENDED, INTERRUPTED, type InterruptDoorbell, SUSPENDED } from '../activities/call-model/interrupt-doorbell.ts';
import type { Database } from '../db/database.ts';
import { callNewsOf } from '../db/queries/call-news.ts';
import { notifiedSessions, SCAN_MS } from './notified-sessions.ts';
import { repeating } from './repeating.ts';

export interface CallNewsDeps {
  readonly db: Database;
  readonly doorbell: Pick<InterruptDoorbell, 'ring' | 'sessions'>;
  readonly deltas: Pick<DeltaWriter, 'setWanted'>;
  readonly warn: (message: string, error?: unknown) => void;
}

export interface CallNews {
  /** Looks for interrupts in these sessions now: a notification says that their inboxes grew. */
  inboxAppended(sessionIds: readonly string[]): void;
  /** Has the answers of these sessions written while they grow: a notification says that streams ask for their text. */
  deltasWanted(sessionIds: readonly string[]): void;
  /** Looks at all sessions with a call now: notifications may have been missed. */
  scan(): void;
  close(): Promise<void>;
}

/**
 * Tells the calls of this process what happens to their sessions meanwhile: an interrupt, the end of the session and the
 * suspension of its tenant abort a call, and when a stream asks for text, the text is written. Its loops are separate from those
 * of the inbox bridge: a call can be interrupted without Temporal, but a signal may have to wait for a Temporal that hangs.
 */
export function createCallNews(deps: CallNewsDeps): CallNews {
  const onError = (error: unknown) =>
    deps.warn('Model calls could not be told about their sessions; the next scan tries again.', error);
  const scan = repeating({ everyMs: SCAN_MS, onError, work: () => tell(deps.doorbell.sessions()) });
  const notified = notifiedSessions({ onError, work: tell });

  async function tell(ids: readonly string[]): Promise<void> {
    if (ids.length === 0) return;
    const news = await deps.db.serviceTransaction((tx) => callNewsOf(tx, ids));
    const wanted = new Set(news.filter((each) => each.deltasWanted).map((each) => each.id));
    for (const id of ids) deps.deltas.setWanted(id, wanted.has(id));
    for (const each of news) {
      const why = each.ended ? ENDED : each.suspended ? SUSPENDED : each.interrupted ? INTERRUPTED : undefined;
      if (why !== undefined) deps.doorbell.ring(each.id, why);
      if (each.suspended && why !== SUSPENDED) deps.doorbell.ring(each.id, SUSPENDED);
      // A session that was retried had ended before.
      if (each.retries > 0) deps.doorbell.ring(each.id, ENDED, each.retries);
    }
  }

  return {
    inboxAppended(sessionIds) {
      const calling = new Set(deps.doorbell.sessions());
      notified.add(sessionIds.filter((id) => calling.has(id)));
    },
    deltasWanted(sessionIds) {
      for (const id of sessionIds) deps.deltas.setWanted(id, true);
    },
    scan: scan.hurry,
    async close() {
      await Promise.all([scan.stop(), notified.stop()]);
    },
  };
}
