/**
 * Failed sessions that are retried in one job at the highest rate, a second, beside the same retries as single requests, eight at a
 * time, which is how many a worker makes at once. The time ends with the last retry, and then with the last session, whose model
 * answers without delay.
 * Not measured: several workers, retries that find no room.
 * `BENCH_BULK_SESSIONS` sets another number of sessions.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { type BenchStack, startBenchStack } from '../bench-stack.ts';
import { rounded } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';

const SESSIONS = Number(process.env.BENCH_BULK_SESSIONS ?? 800);
const OF_AN_AGENT = 50;
const RATE = 100;
const AT_ONCE = 8;
const LOOK_EVERY_MS = 50;

await runBenchmark('ops/bulk', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const agents = await bench.agents(Math.ceil(SESSIONS / OF_AN_AGENT));
  const failing = await bench.modelsRefusing();
  const models = await bench.modelsAnswering(1);

  const asRequests = await failedSessions(bench, agents, failing);
  benchmark.log(`${asRequests.length} sessions have failed`);
  const floor = await measured(asRequests.length, async () => {
    const left = asRequests.values();
    const take = async () => {
      for (const id of left) await bench.client.send('POST', `/v1/sessions/${id}/retry`, { models });
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
  });
  benchmark.log(`as requests: ${floor.begun} begun and ${floor.completed} completed a second`);

  const inJob = await failedSessions(bench, agents, failing);
  const value = await measured(inJob.length, async () => {
    const job = await bench.client.send('POST', '/v1/sessions/bulk', {
      action: 'retry',
      filter: { reason: 'error' },
      rate: RATE,
      retry: { models },
    });
    const { id }: { id?: unknown } = Object(job);
    for (;;) {
      const { status, progress } = Object(await bench.client.send('GET', `/v1/sessions/bulk/${id}`));
      if (status === 'completed' && progress.done === inJob.length) return;
      if (status !== 'running') throw new Error(`The job is ${status}: ${JSON.stringify(progress)}`);
      await pause(LOOK_EVERY_MS);
    }
  });
  const metric = (of: 'begun' | 'completed') => ({
    value: value[of],
    floor: floor[of],
    ratio: rounded(value[of] / floor[of]),
    unit: 'sessions/s',
  });
  return { 'ops.bulk_retry_begun': metric('begun'), 'ops.bulk_retry_completed': metric('completed') };

  /** @param retry resolves when all of them are retried */
  async function measured(sessions: number, retry: () => Promise<void>): Promise<{ begun: number; completed: number }> {
    const sinceMs = performance.now();
    const perSecond = () => rounded((sessions * 1_000) / (performance.now() - sinceMs));
    await retry();
    const begun = perSecond();
    await until(bench, 'status=running', 0);
    return { begun, completed: perSecond() };
  }
});

/** Sessions that ended as `error`. Those that were retried before have completed. */
async function failedSessions(
  bench: BenchStack,
  agents: readonly string[],
  models: readonly string[],
): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let n = 0; n < SESSIONS; n += agents.length) {
    const body = { message: 'Hello.', models };
    const made = await Promise.all(
      agents.slice(0, SESSIONS - n).map((agentId) => bench.client.send('POST', `/v1/agents/${agentId}/sessions`, body)),
    );
    ids.push(...made.map((session) => String(Object(session).id)));
  }
  await until(bench, 'reason=error', ids.length);
  return ids;
}

async function until({ client }: BenchStack, filter: string, sessions: number): Promise<void> {
  for (;;) {
    const { count } = Object(await client.send('GET', `/v1/sessions/count?${filter}`));
    if (count === sessions) return;
    await pause(LOOK_EVERY_MS);
  }
}
