import pg from 'pg';
import { createDatabase } from '../../db/database.ts';
import { createNotifier } from '../../db/notify.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import { lockSession } from '../../db/queries/session.ts';

/** Appends to sessions' logs as the stages do: the same statements, the same notifier. */
export interface SessionLog {
  /** @returns when the commit was acknowledged, as `performance.now()` counts, and the seq of the last event. */
  append(sessionId: string, count?: number): Promise<{ readonly committedAtMs: number; readonly lastSeq: number }>;
  /** Reads as many events as there are, in one bare statement. @returns milliseconds */
  readBareMs(sessionId: string): Promise<number>;
  close(): Promise<void>;
}

export async function openSessionLog(databaseUrl: string): Promise<SessionLog> {
  const db = createDatabase({
    url: databaseUrl,
    maxConnections: 4,
    applicationName: 'agent-runs-bench',
    plansByKey: true,
  });
  const notifier = createNotifier({ databaseUrl, applicationName: 'agent-runs-bench-notify' });
  const bare = new pg.Client({ connectionString: databaseUrl });
  await bare.connect();
  const tenants = new Map<string, string>();
  let appended = 0;

  async function tenantOf(sessionId: string): Promise<string> {
    const known = tenants.get(sessionId);
    if (known !== undefined) return known;
    const { rows } = await bare.query<{ tenant: string }>('SELECT tenant_id AS tenant FROM session WHERE id = $1', [
      sessionId,
    ]);
    const tenant = rows[0]?.tenant ?? '';
    tenants.set(sessionId, tenant);
    return tenant;
  }

  return {
    async append(sessionId, count = 1) {
      const events = Array.from({ length: count }, () => messageOf(++appended));
      const seqs = await db.transaction(await tenantOf(sessionId), async (tx) => {
        await lockSession(tx, sessionId);
        appendEvents(tx, sessionId, events);
        return tx.query<{ seq: string }>('bench-last-seq', 'SELECT event_seq::text AS seq FROM session WHERE id = $1', [
          sessionId,
        ]);
      });
      const committedAtMs = performance.now();
      notifier.eventsAppended(sessionId);
      return { committedAtMs, lastSeq: Number(seqs[0]?.seq) };
    },
    async readBareMs(sessionId) {
      const sinceMs = performance.now();
      await bare.query('SELECT seq, type, data::text FROM session_event WHERE session_id = $1 ORDER BY seq', [
        sessionId,
      ]);
      return performance.now() - sinceMs;
    },
    async close() {
      await Promise.all([notifier.close(), bare.end()]);
      await db.close();
    },
  };
}

function messageOf(n: number) {
  return newEvent(`bench:${n}`, 'agent.message', {
    text: 'As many words as a model says between two tools: it looked at the file, and goes on with the next one.',
    model: 'bench-small',
    provider: 'bench',
    turnIndex: 0,
    usage: { inputTokens: 1_200, outputTokens: 60, cacheReadTokens: 0 },
    costUsd: 0.0012,
  });
}
