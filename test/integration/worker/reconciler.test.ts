import { afterAll, beforeAll, expect, test } from 'vitest';
import { expediteReconciliation } from '../../../db/queries/sessions-to-reconcile.ts';
import { createReconciler } from '../../../worker/reconciler.ts';
import { until } from '../../support/until.ts';
import { type ApiUnderTest, newAgent, startApi } from '../api/fixture.ts';

let api: ApiUnderTest;

beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.stop());

const BATCH = 100;

/** Makes idle sessions that are overdue by an hour, the first ones by a little more. @returns their ids */
async function overdue(count: number, prefix = 'ses_'): Promise<string[]> {
  const agentId = await newAgent(api);
  const rows = await api.database.database.serviceTransaction((tx) =>
    tx.query<{ id: string }>(
      'overdue-sessions',
      `INSERT INTO session (id, tenant_id, agent_id, status, idle_cause, max_turns, on_complete, idle_timeout_ms,
                            workflow_started_at, created_at, reconcile_at)
       SELECT $4 || n, $1, $2, 'idle', 'awaiting_input', 1, 'idle', 1, now(), now() - interval '2 hours',
              now() - interval '1 hour' + make_interval(secs => n)
         FROM generate_series(1, $3::int) n
       RETURNING id`,
      [api.tenantId, agentId, count, prefix],
    ),
  );
  return rows.map((row) => row.id);
}

test('[recovery:reconciler:no-session-without-workflow] one sweep compares all sessions that are due with Temporal, and expedited ones first', async () => {
  const ids = await overdue(3 * BATCH);
  const told = 'ses_300';
  await api.database.service.serviceTransaction((tx) => expediteReconciliation(tx, told));
  const compared: string[] = [];
  const reconciler = createReconciler({
    db: api.database.service,
    sessions: {
      start: async () => undefined,
      async describe(sessionId) {
        compared.push(sessionId);
        return 'running';
      },
      signalWake: async () => 'accepted',
    },
    notifier: { eventsAppended: () => undefined },
    warn: () => undefined,
    everyMs: 600_000,
  });
  try {
    await until('all to be compared', () => compared.length >= ids.length);
    expect(compared.toSorted()).toEqual(ids.toSorted());
    expect(compared.slice(0, BATCH)).toContain(told);
  } finally {
    await reconciler.close();
  }
});

test('[recovery:reconciler:wakes-what-a-stale-worker-read] [I6] a running session that read a message before any signal told its workflow is woken once', async () => {
  const ids = await overdue(3, 'stale_');
  const [stale, told] = ids;
  await api.database.database.serviceTransaction((tx) =>
    tx.query(
      'read-by-a-stale-worker',
      `UPDATE session SET status = 'running', idle_cause = NULL, inbox_seq = 2, consumed_inbox_seq = 2,
                          signalled_seq = CASE WHEN id = $1 THEN 1 ELSE 2 END WHERE id IN ($1, $2)`,
      [stale, told],
    ),
  );
  const woken: string[] = [];
  let compared = 0;
  const reconciler = createReconciler({
    db: api.database.service,
    sessions: {
      start: async () => undefined,
      async describe() {
        compared += 1;
        return 'running';
      },
      async signalWake(sessionId) {
        woken.push(sessionId);
        return 'accepted';
      },
    },
    notifier: { eventsAppended: () => undefined },
    warn: () => undefined,
    everyMs: 50,
  });
  try {
    await until('the sessions to be compared', () => compared >= ids.length);
    await until('one to be woken', () => woken.length > 0);
    await api.database.service.serviceTransaction((tx) => expediteReconciliation(tx, String(stale)));
    await until('it to be compared again', () => compared > ids.length);
    await reconciler.close();
    expect(woken).toEqual([stale]);
  } finally {
    await reconciler.close();
  }
});
