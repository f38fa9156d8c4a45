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
      start: async () => 'started',
      async describe(sessionId) {
        compared.push(sessionId);
        return 'running';
      },
      signalWake: async () => 'accepted',
    },
    slots: [],
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

interface StillSession {
  /** The time since the last event of its log. */
  readonly stillS: number;
  readonly status?: 'running' | 'idle';
  readonly attempt?: { readonly state: string; readonly selection?: number };
  readonly call?: { readonly state: string; readonly turn?: number };
  /** How many rows of its inbox, of two, its workflow was told of. All are read. */
  readonly signalled?: number;
  /** True when it waits for a slot of the process. */
  readonly isQueued?: true;
}

const asleep: Readonly<Record<string, StillSession>> = {
  'read a message before any signal told its workflow': { stillS: 0, signalled: 1 },
  'stood still for half a minute': { stillS: 40 },
  'stood still for a minute': { stillS: 70 },
  'stood still for minutes': { stillS: 250 },
  'has money reserved that nobody spends': { stillS: 40, attempt: { state: 'reserved' } },
  'has a call that nobody makes': { stillS: 40, call: { state: 'intended' } },
  'has a summary under way': { stillS: 40, attempt: { state: 'dispatched', selection: -1 } },
  'has a call of an earlier turn whose end nobody knows': { stillS: 40, call: { state: 'dispatched', turn: 0 } },
};
const awake: Readonly<Record<string, StillSession>> = {
  'was told of what it read': { stillS: 0 },
  'went on lately': { stillS: 20 },
  'was woken while it stood still, and that has not doubled': { stillS: 110 },
  'is idle': { stillS: 40, status: 'idle' },
  'waits for a slot of the process': { stillS: 40, isQueued: true },
  'waits for a model': { stillS: 40, attempt: { state: 'dispatched' } },
  'waits for a tool': { stillS: 40, call: { state: 'dispatched' } },
};

/** Makes it a session of one closed turn. */
async function makeStill(id: string, session: StillSession): Promise<void> {
  const { stillS, status = 'running', attempt, call, signalled = 2 } = session;
  await api.database.database.serviceTransaction(async (tx) => {
    await tx.query(
      'make-still',
      `UPDATE session SET status = $2, idle_cause = CASE WHEN $2 = 'idle' THEN 'awaiting_input' END, turns = 1, inbox_seq = 2,
                          consumed_inbox_seq = 2, signalled_seq = $3, updated_at = now() - make_interval(secs => $4)
        WHERE id = $1`,
      [id, status, signalled, stillS],
    );
    if (attempt !== undefined) {
      await tx.query(
        'add-attempt',
        `INSERT INTO model_attempt (session_id, turn, selection, attempt, tenant_id, agent_id, provider, model, day_account,
                                    state, reserved_nano)
         SELECT id, 1, $2, 0, tenant_id, agent_id, 'p', 'm', 'day', $3, 0 FROM session WHERE id = $1`,
        [id, attempt.selection ?? 0, attempt.state],
      );
    }
    if (call !== undefined) {
      await tx.query(
        'add-call',
        `INSERT INTO tool_call (session_id, id, turn, call_index, tenant_id, tool_name, server_id, server_tool, effect,
                                idempotent, bundled, args, verdict, state)
         SELECT id, 'call', $2, 0, tenant_id, 't', 's', 't', 'read', true, false, '{}', 'allow', $3 FROM session WHERE id = $1`,
        [id, call.turn ?? 1, call.state],
      );
    }
  });
}

test('[recovery:reconciler:wakes-what-a-stale-worker-read] [recovery:reconciler:wakes-what-stands-still] [I6] running sessions whose workflow may sleep are woken, and no others', async () => {
  const cases = Object.entries({ ...asleep, ...awake });
  const ids = await overdue(cases.length, 'still_');
  for (const [index, [, session]] of cases.entries()) await makeStill(ids[index] ?? '', session);
  const caseOf = (id: string) => cases[ids.indexOf(id)]?.[0] ?? id;
  const woken: string[] = [];
  let compared = 0;
  const reconciler = createReconciler({
    db: api.database.service,
    sessions: {
      start: async () => 'started',
      async describe() {
        compared += 1;
        return 'running';
      },
      async signalWake(sessionId) {
        woken.push(caseOf(sessionId));
        return 'accepted';
      },
    },
    slots: [{ isAwaitedBy: (sessionId) => cases[ids.indexOf(sessionId)]?.[1].isQueued === true }],
    notifier: { eventsAppended: () => undefined },
    warn: () => undefined,
    everyMs: 50,
  });
  try {
    await until('the sessions to be compared', () => compared >= ids.length);
    await until('some to be woken', () => woken.length >= Object.keys(asleep).length);
    // One that was told meanwhile is not told again.
    await api.database.service.serviceTransaction((tx) => expediteReconciliation(tx, ids[0] ?? ''));
    await until('it to be compared again', () => compared > ids.length);
    await reconciler.close();
    expect(woken.toSorted()).toEqual(Object.keys(asleep).toSorted());
  } finally {
    await reconciler.close();
  }
});
