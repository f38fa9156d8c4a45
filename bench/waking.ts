/**
 * How long a message to a session that sleeps waits until its request to a model is sent, beside busy sessions. The worker that
 * had the sleeping sessions was killed, so another has to replay them: each is woken once soon after the kill, while Temporal
 * still takes the dead worker for the one that has the session, and once when it knows better. Both times are taken by Postgres:
 * from the row of the message to `dispatched_at` of the request.
 * Not measured: several workers, long histories.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import pg from 'pg';
import { type BenchStack, type BenchTenant, startBenchStack } from './bench-stack.ts';
import { type Metric, quantile, rounded } from './metric.ts';
import { closedTurns } from './postgres-commits.ts';
import { runBenchmark } from './run-benchmark.ts';

const SLEEPING = Number(process.env.BENCH_SLEEPING_SESSIONS ?? 40);
const BUSY = Number(process.env.BENCH_BUSY_SESSIONS ?? 40);
const BUSY_LATENCY_MS = 500;
const EVERY_MS = 250;
const EARLIER_MESSAGES = 4;
/** Temporal takes a worker for gone that has not polled its own queue for 10 s. */
const KNOWN_GONE_MS = 12_000;
const PATIENCE_MS = 30_000;
/** The kind of time-out of a task that nobody took. */
const SCHEDULE_TO_START = 2;

await runBenchmark('waking', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const busy = await bench.newTenant('busy');
  const quick = await bench.modelsAnswering(2 * EARLIER_MESSAGES);
  const asleep = { soon: await sleepingSessions(bench, quick), later: await sleepingSessions(bench, quick) };
  benchmark.log(`${2 * SLEEPING} sessions sleep`);

  const models = await busy.modelsCalling('bundled', BUSY_LATENCY_MS);
  const body = { message: 'Call the tool again and again.', max_turns: 1_000, budget_cap_usd: 10_000, models };
  const [agentId = ''] = await busy.agents(1);
  await Promise.all(
    Array.from({ length: BUSY }, () => busy.client.send('POST', `/v1/agents/${agentId}/sessions`, body)),
  );
  await replaceWorker(bench);
  const { databaseUrl } = bench.stack;
  const before = await closedTurns(databaseUrl);
  while ((await closedTurns(databaseUrl)) < before + BUSY) await pause(100);
  const soon = await wake(bench, asleep.soon);
  benchmark.log(`soon after the kill: ${described(soon)}`);
  await pause(KNOWN_GONE_MS);
  const later = await wake(bench, asleep.later);
  benchmark.log(`later: ${described(later)}`);
  const again = await wake(bench, asleep.later);
  benchmark.log(`at a worker that has them: ${described(again)}`);
  const { lost, waitedMs, workedMs } = await takeovers(bench, [...asleep.soon, ...asleep.later]);
  benchmark.log(
    `first tasks at the new worker: p50 ${quantile(waitedMs, 0.5)} ms until taken, ${quantile(workedMs, 0.5)} ms until done`,
  );
  benchmark.log(`workflow tasks that timed out, by kind: ${JSON.stringify(lost)}`);
  await busy.end();

  return {
    ...metricsOf('waking_soon_after_a_kill', soon),
    ...metricsOf('waking_at_a_worker_that_never_had_it', later),
    ...metricsOf('waking_at_a_worker_that_has_it', again),
  };
});

/** Sessions that have answered some messages and wait for the next. */
async function sleepingSessions(bench: BenchTenant, models: readonly string[]): Promise<readonly Sleeping[]> {
  const [agentId = ''] = await bench.agents(1);
  const body = { message: 'Hello.', on_complete: 'idle', idle_timeout_s: 3_600, models };
  return Promise.all(
    Array.from({ length: SLEEPING }, async () => {
      const made = Object(await bench.client.send('POST', `/v1/agents/${agentId}/sessions`, body));
      const session = { agentId, sessionId: String(made.id) };
      for (let message = 0; message < EARLIER_MESSAGES; message++) {
        await untilIdle(bench, session);
        await say(bench, session);
      }
      await untilIdle(bench, session);
      return session;
    }),
  );
}

interface Sleeping {
  readonly agentId: string;
  readonly sessionId: string;
}

async function say({ client }: BenchTenant, { agentId, sessionId }: Sleeping): Promise<void> {
  const event = { type: 'user.message', text: 'And now?' };
  await client.send('POST', `/v1/agents/${agentId}/sessions/${sessionId}/events`, event);
}

async function untilIdle({ client }: BenchTenant, { sessionId }: Sleeping): Promise<void> {
  for (;;) {
    const session = Object(await client.send('GET', `/v1/sessions/${sessionId}`));
    if (session.status === 'idle') return;
    if (session.status === 'ended') throw new Error('A session ended that was to sleep.');
    await pause(50);
  }
}

/** Kills the worker, and waits for the next. */
async function replaceWorker({ stack }: BenchStack): Promise<void> {
  const { worker } = stack.pids();
  if (worker === null) throw new Error('There is no worker.');
  process.kill(worker, 'SIGKILL');
  while (stack.pids().worker === worker) await pause(20);
  await stack.ready('worker');
}

/** Sends each session a message. @returns for each the time from its row to its request, in milliseconds */
async function wake(bench: BenchStack, sessions: readonly Sleeping[]): Promise<readonly number[]> {
  const client = new pg.Client({ connectionString: bench.stack.databaseUrl });
  // Postgres is stopped under it when the benchmark is interrupted.
  client.on('error', () => undefined);
  await client.connect();
  try {
    for (const session of sessions) {
      await say(bench, session);
      await pause(EVERY_MS);
    }
    const untilMs = performance.now() + PATIENCE_MS;
    for (;;) {
      const { rows } = await client.query<{ ms: number | null }>(
        `SELECT extract(epoch FROM (SELECT min(a.dispatched_at) FROM model_attempt a
                                     WHERE a.session_id = i.session_id AND a.dispatched_at > i.created_at) - i.created_at)
                ::float8 * 1000 AS ms
           FROM (SELECT DISTINCT ON (session_id) session_id, created_at FROM session_inbox
                  WHERE session_id = ANY ($1) ORDER BY session_id, seq DESC) i`,
        [sessions.map(({ sessionId }) => sessionId)],
      );
      const times = rows.flatMap(({ ms }) => ms ?? []);
      if (times.length === sessions.length) return times;
      if (performance.now() > untilMs) throw new Error('Some sessions were not woken in time.');
      await pause(100);
    }
  } finally {
    await client.end();
  }
}

/** What the histories say of the sessions: which tasks timed out, and how long the first task at the new worker took. */
async function takeovers({ stack }: BenchStack, sessions: readonly Sleeping[]) {
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const client = new Client({ connection });
  const lost: Record<string, number> = {};
  const waitedMs: number[] = [];
  const workedMs: number[] = [];
  for (const { sessionId } of sessions) {
    const { events } = await client.workflow.getHandle(sessionId).fetchHistory();
    let [scheduledMs, startedMs, before, now] = [0, 0, '', ''];
    for (const event of events ?? []) {
      const atMs = Number(event.eventTime?.seconds ?? 0) * 1_000 + (event.eventTime?.nanos ?? 0) / 1e6;
      const timedOut = event.workflowTaskTimedOutEventAttributes;
      if (timedOut != null) {
        const kind = timedOut.timeoutType === SCHEDULE_TO_START ? 'not taken' : 'not finished';
        lost[kind] = (lost[kind] ?? 0) + 1;
      }
      if (event.workflowTaskScheduledEventAttributes != null) scheduledMs = atMs;
      if (event.workflowTaskStartedEventAttributes != null) {
        startedMs = atMs;
        now = event.workflowTaskStartedEventAttributes.identity ?? '';
      }
      if (event.workflowTaskCompletedEventAttributes == null) continue;
      if (before !== '' && before !== now) {
        waitedMs.push(Math.round(startedMs - scheduledMs));
        workedMs.push(Math.round(atMs - startedMs));
      }
      before = now;
    }
  }
  await connection.close();
  return { lost, waitedMs, workedMs };
}

function metricsOf(name: string, times: readonly number[]): Record<string, Metric> {
  return {
    [`${name}_p50`]: { value: rounded(quantile(times, 0.5)), unit: 'ms' },
    [`${name}_max`]: { value: rounded(Math.max(...times)), unit: 'ms' },
  };
}

function described(times: readonly number[]): string {
  const [p50, p90] = [0.5, 0.9].map((share) => rounded(quantile(times, share)));
  return `${times.length} messages, p50 ${p50} ms, p90 ${p90} ms, worst ${rounded(Math.max(...times))} ms`;
}
