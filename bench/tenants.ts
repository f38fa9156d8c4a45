/**
 * How long a turn of a quiet tenant takes beside two tenants, against alone, as a client of the event stream sees it: one whose
 * 475 sessions wait for models that drip, and one that keeps 500 sessions busy. The model of the quiet tenant answers at once,
 * which is the hardest case; that of the busy one takes a second. Also what the shares cost a turn of a worker, by themselves.
 * Not measured: more than one worker, streams of the other tenants.
 */
import { setTimeout as pause } from 'node:timers/promises';
import type { SlotCall } from '../activities/shares/call-slots.ts';
import { createStageShares } from '../worker/create-stage-shares.ts';
import { type BenchStack, type BenchTenant, startBenchStack } from './bench-stack.ts';
import { type Metric, paired, quantile, rounded } from './metric.ts';
import { closedTurns, modelCallsUnderWay } from './postgres-commits.ts';
import { runBenchmark } from './run-benchmark.ts';
import { runSession, type SessionToRun, turnTimesMs } from './run-session.ts';

const BUSY_SESSIONS = Number(process.env.BENCH_BUSY_SESSIONS ?? 500);
const BUSY_LATENCY_MS = 1_000;
const DRIPPING_SESSIONS = Number(process.env.BENCH_DRIPPING_SESSIONS ?? 475);
const DRIP_MS = 1_000;
const PIECES = 1_000;
/** While sessions are started, another call begins within this time. */
const START_MS = 5_000;
/** An agent may have 100 sessions at once. */
const SESSIONS_OF_AGENT = 100;
const STARTS_AT_ONCE = 10;
const TURNS = 10;
const SAMPLES = 100;
/** On a slow machine fewer samples have to do. */
const LONGEST_MS = 60_000;
const PAUSE_MS = 300;
const GUARDED_TURNS = 20_000;

await runBenchmark('tenants', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const [agentId = ''] = await bench.agents(1);
  const quiet = { agentId, models: await bench.modelsCalling('bundled', 0), turns: TURNS };
  for (let warmUp = 0; warmUp < 3; warmUp++) await runSession(bench, quiet);
  const alone = await sampled(bench, quiet);
  benchmark.log(`alone: ${described(alone)}`);

  const { databaseUrl } = bench.stack;
  const dripping = await bench.newTenant('dripping');
  const drips = await dripping.modelsDripping(DRIP_MS, PIECES);
  await startSessions(dripping, DRIPPING_SESSIONS, { message: 'Take your time.', models: drips });
  // The starts are over when no further calls begin: the other sessions wait.
  for (let before = -1, now = 0; before < now; before = now, now = await modelCallsUnderWay(databaseUrl)) {
    await pause(START_MS);
  }
  const besideDripping = await sampled(bench, quiet);
  const calls = await modelCallsUnderWay(databaseUrl);
  benchmark.log(`beside ${calls} dripping calls of ${DRIPPING_SESSIONS} sessions: ${described(besideDripping)}`);
  await dripping.end();
  while ((await modelCallsUnderWay(databaseUrl)) > 0) await pause(500);
  benchmark.log('they are ended');

  const busy = await bench.newTenant('busy');
  const models = await busy.modelsCalling('bundled', BUSY_LATENCY_MS);
  const atStart = await closedTurns(databaseUrl);
  await startSessions(busy, BUSY_SESSIONS, { message: 'Call the tool again and again.', max_turns: 1_000, models });
  benchmark.log(`${BUSY_SESSIONS} sessions started`);
  while ((await closedTurns(databaseUrl)) < atStart + BUSY_SESSIONS) await pause(500);
  benchmark.log('they have had as many turns');
  const before = { turns: await closedTurns(databaseUrl), atMs: performance.now() };
  const beside = await sampled(bench, quiet);
  const turns = (await closedTurns(databaseUrl)) - before.turns;
  const perSecond = turns / ((performance.now() - before.atMs) / 1_000);
  benchmark.log(`beside: ${described(beside)}; ${rounded(perSecond)} turns a second in all`);

  return {
    quiet_turn_p50_beside_dripping: against(besideDripping, alone, 0.5),
    quiet_turn_p99_beside_dripping: against(besideDripping, alone, 0.99),
    quiet_turn_p50_beside_busy: against(beside, alone, 0.5),
    quiet_turn_p99_beside_busy: against(beside, alone, 0.99),
    turns_beside_quiet: { value: rounded(perSecond), unit: 'turns/s' },
    guards_of_a_turn: paired([{ value: guardsMs(), floor: quantile(alone, 0.5) }], 'ms'),
  };
});

/** Starts sessions that go on until they are ended. */
async function startSessions(
  tenant: BenchTenant,
  count: number,
  run: Readonly<Record<string, unknown>>,
): Promise<void> {
  const agents = await tenant.agents(Math.ceil(count / SESSIONS_OF_AGENT));
  const body = { budget_cap_usd: 10_000, ...run };
  const left = Array.from({ length: count }, (_, i) => agents[i % agents.length] ?? '').values();
  const start = async () => {
    for (const agentId of left) await tenant.client.send('POST', `/v1/agents/${agentId}/sessions`, body);
  };
  await Promise.all(Array.from({ length: STARTS_AT_ONCE }, start));
}

/** The times of turns of sessions that follow each other, in milliseconds. */
async function sampled(bench: BenchStack, session: SessionToRun): Promise<readonly number[]> {
  const times: number[] = [];
  const untilMs = performance.now() + LONGEST_MS;
  while (times.length < SAMPLES && (times.length === 0 || performance.now() < untilMs)) {
    times.push(...turnTimesMs((await runSession(bench, session)).turnStartsMs));
    await pause(PAUSE_MS);
  }
  return times;
}

function against(beside: readonly number[], alone: readonly number[], share: number): Metric {
  return paired([{ value: quantile(beside, share), floor: quantile(alone, share) }], 'ms');
}

function described(times: readonly number[]): string {
  const [p50, p99] = [0.5, 0.99].map((share) => rounded(quantile(times, share)));
  return `${times.length} turns, p50 ${p50} ms, p99 ${p99} ms`;
}

/** The time that the shares of a worker cost a turn which does not wait, in milliseconds. */
function guardsMs(): number {
  const { modelCalls, toolCalls, turns } = createStageShares({
    environment: { modelCallsAtOnce: 400, toolCallsAtOnce: 300 },
    sessions: { signalWake: async () => 'accepted' },
    meter: { hold: () => () => undefined },
    weightOf: () => 1,
    nowMs: Date.now,
  });
  const session = { tenantId: 'tenant', sessionId: 'session', agentId: 'agent' };
  const call: SlotCall = { ...session, key: 'call', part: 'agent' };
  const sinceMs = performance.now();
  for (let turn = 0; turn < GUARDED_TURNS; turn++) {
    modelCalls.admit(call);
    const model = modelCalls.begin(call);
    void turns.enter(session);
    turns.leave(session.sessionId);
    void turns.enter(session);
    model?.();
    toolCalls.admit(call);
    const tool = toolCalls.begin(call);
    turns.touch(session.sessionId);
    turns.leave(session.sessionId);
    tool?.();
  }
  return (performance.now() - sinceMs) / GUARDED_TURNS;
}
