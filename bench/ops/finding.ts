/**
 * Measures `why`, lists by each filter and in each order, and counts, over HTTP, among 200,000 sessions with 4 million events. The
 * floor is one read by primary key, in a transaction of its own and without HTTP, right before each request.
 * Not measured: many at once, tables that do not fit into memory, tenants beside each other.
 */
import { createDatabase } from '../../db/database.ts';
import { startBenchStack } from '../bench-stack.ts';
import { type Metric, median, quantile, rounded } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';
import { EVENTS_EACH, fillSessions, SESSIONS } from './fill-sessions.ts';

const WARM = 20;
const TIMES = 150;
const LIST_TIMES = 60;
const COUNT_TIMES = 15;
const DAY_MS = 24 * 3_600_000;

/** A filter of each kind, rare and frequent, by its name in the metrics. */
function queries(agents: readonly string[]): Readonly<Record<string, string>> {
  const daysAgo = (days: number) => new Date(Date.now() - days * DAY_MS).toISOString();
  return {
    all: '',
    status: 'status=idle',
    idle_cause: 'idle_cause=awaiting_input',
    reason: 'reason=terminated',
    error_code: 'error_code=prompt_too_long',
    error_text: 'error_text=quota%20p7%20exceeded',
    error_text_of_none: 'error_text=nobody%20said%20this',
    agent: `agent_id=${agents[7]}`,
    department: 'department=small-team',
    provider: 'provider=filled',
    model_rare: 'model=rare',
    model_frequent: 'provider=filled&model=small',
    tool: 'tool=workspace/read',
    metadata_key: 'metadata_key=ticket',
    metadata_value: 'metadata_key=ticket&metadata_value=T-77777',
    created: `created_after=${daysAgo(12)}&created_before=${daysAgo(11)}`,
    ended: `ended_after=${daysAgo(12)}&ended_before=${daysAgo(11)}`,
    last_event: `last_event_after=${daysAgo(12)}&last_event_before=${daysAgo(11)}`,
    cost: 'min_cost_usd=9.995',
    turns: 'min_turns=9',
    several: `reason=error&model=large&error_code=no_model_available&created_after=${daysAgo(20)}&min_turns=3`,
    sort_ended: 'sort=ended_at&status=ended',
    sort_last_event: 'sort=last_event_at&order=asc',
    sort_cost: 'sort=cost_usd',
    sort_turns: 'sort=turns&reason=error',
  };
}

await runBenchmark('ops/finding', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const { databaseUrl } = bench.stack;
  const filled = await fillSessions(databaseUrl, benchmark.log);
  benchmark.log(`${SESSIONS} sessions with ${SESSIONS * EVENTS_EACH} events are there`);
  const db = createDatabase({ url: databaseUrl, applicationName: 'bench', maxConnections: 1, plansByKey: true });
  benchmark.onEnd(() => db.close());
  const running = await runningSession();

  const ids = { ended: filled.ended.values(), idle: filled.idle.values() };
  const next = (of: keyof typeof ids) => {
    const { value } = ids[of].next();
    if (value !== undefined) return value;
    ids[of] = filled[of].values();
    return filled[of][0] ?? '';
  };
  const keyRead = () =>
    timed(() =>
      db.transaction(filled.tenantId, (tx) =>
        tx.query('key-read', 'SELECT id, status FROM session WHERE id = $1', [next('ended')]),
      ),
    );
  const get = (path: string) => timed(() => bench.client.send('GET', path));

  const metrics: Record<string, Metric> = {};
  let worst = { name: '', ratio: 0, p99: 0, floor: 0 };
  async function measure(name: string, times: number, path: () => string): Promise<void> {
    for (let n = 0; n < Math.min(WARM, times); n++) await get(path());
    const floors: number[] = [];
    const values: number[] = [];
    for (let n = 0; n < times; n++) {
      floors.push(await keyRead());
      values.push(await get(path()));
    }
    const floor = median(floors);
    const [p50, p99] = [median(values), quantile(values, 0.99)];
    metrics[`ops.${name}_p50`] = {
      value: rounded(p50),
      floor: rounded(floor),
      ratio: rounded(p50 / floor),
      unit: 'ms',
    };
    if (p99 / floor > worst.ratio && name.startsWith('list')) worst = { name, ratio: p99 / floor, p99, floor };
    if (!name.startsWith('list')) {
      metrics[`ops.${name}_p99`] = {
        value: rounded(p99),
        floor: rounded(floor),
        ratio: rounded(p99 / floor),
        unit: 'ms',
      };
    }
    benchmark.log(`${name}: p50 ${p50.toFixed(2)} ms, p99 ${p99.toFixed(2)} ms, key ${floor.toFixed(2)} ms`);
  }

  await measure('get_session', TIMES, () => `/v1/sessions/${next('ended')}`);
  await measure('why_ended', TIMES, () => `/v1/sessions/${next('ended')}/why`);
  await measure('why_idle', TIMES, () => `/v1/sessions/${next('idle')}/why`);
  await measure('why_running', TIMES, () => `/v1/sessions/${running}/why`);
  for (const [name, query] of Object.entries(queries(filled.agents))) {
    await measure(`list_${name}`, LIST_TIMES, () => `/v1/sessions?limit=20&${query}`);
  }
  metrics['ops.list_worst_p99'] = {
    value: rounded(worst.p99),
    floor: rounded(worst.floor),
    ratio: rounded(worst.ratio),
    unit: 'ms',
  };
  benchmark.log(`the worst p99 of a list is that of ${worst.name}`);
  await measure('count_all', COUNT_TIMES, () => '/v1/sessions/count');
  await measure('count_errors_by_code', COUNT_TIMES, () => '/v1/sessions/count?reason=error&by=error_code');
  await measure('count_all_by_model', COUNT_TIMES, () => '/v1/sessions/count?by=model');
  return metrics;

  /** A session whose model takes ten minutes to answer. */
  async function runningSession(): Promise<string> {
    const models = await bench.modelsCalling('bundled', 10 * 60_000);
    const [agentId] = await bench.agents(1);
    const session = await bench.client.send('POST', `/v1/agents/${agentId}/sessions`, { message: 'Hello.', models });
    const { id }: { id?: unknown } = Object(session);
    return String(id);
  }
});

async function timed(work: () => Promise<unknown>): Promise<number> {
  const sinceMs = performance.now();
  await work();
  return performance.now() - sinceMs;
}
