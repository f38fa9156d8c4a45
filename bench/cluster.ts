/**
 * Turns a second with many sessions at once, on a Temporal server of 64 shards that keeps its data in Postgres, with two workers
 * and two apis, beside the embedded stack with one of each, in turns on the same machine. Everything shares its cores: on two
 * cores this tells what such a server costs, not what more workers bring.
 * Not measured: several hosts, a Temporal server of several processes.
 */
import { doubleServices } from '../test/cluster/doubled-services.ts';
import { bringUpServer } from '../test/cluster/server.ts';
import { startServerPostgres } from '../test/cluster/server-postgres.ts';
import { findServerPrograms } from '../test/cluster/server-programs.ts';
import { startService } from '../test/support/service-process.ts';
import { type BenchStack, startBenchStack } from './bench-stack.ts';
import { measureLoad, serviceCpu } from './load.ts';
import { paired, rounded } from './metric.ts';
import { type Benchmark, runBenchmark } from './run-benchmark.ts';
import { runSession } from './run-session.ts';
import { createServiceClient } from './service-client.ts';

const SESSIONS = Number(process.env.BENCH_CLUSTER_SESSIONS ?? 100);
const TURNS = 12;
const ROUNDS = 3;
/** Code is compiled and caches are filled by these; they do not count. */
const WARM_UPS = 1;

await runBenchmark('cluster', async (benchmark) => {
  const embedded = await startBenchStack(benchmark);
  const cluster = await startClusterStack(benchmark);
  const stacks = [
    { name: 'embedded', turnsPerSecond: await turnsOn(embedded) },
    { name: 'cluster', turnsPerSecond: await turnsOn(cluster) },
  ];
  const pairs: { value: number; floor: number }[] = [];
  for (let round = -WARM_UPS; round < ROUNDS; round++) {
    const measured: Record<string, number> = {};
    for (const { name, turnsPerSecond } of round % 2 === 0 ? stacks : stacks.toReversed()) {
      measured[name] = await turnsPerSecond();
      benchmark.log(`${round < 0 ? 'warm-up' : `round ${round + 1}`}, ${name}: ${rounded(measured[name])} turns/s`);
    }
    if (round >= 0) pairs.push({ value: measured.cluster ?? 0, floor: measured.embedded ?? 0 });
  }
  return { [`cluster_${SESSIONS}_sessions_turns_vs_embedded`]: paired(pairs, '1/s') };
});

/** Makes what the sessions need, and returns what runs them all. */
async function turnsOn(bench: BenchStack): Promise<() => Promise<number>> {
  const [agentId = ''] = await bench.agents(1);
  const models = await bench.modelsCalling('bundled', 0);
  return async () => {
    const { turnsPerSecond } = await measureLoad(bench, {
      sessions: SESSIONS,
      turns: TURNS,
      readCpu: () => serviceCpu(bench),
      run: () => runSession(bench, { agentId, models, turns: TURNS }),
    });
    return turnsPerSecond;
  };
}

async function startClusterStack(benchmark: Benchmark): Promise<BenchStack> {
  const programs = await findServerPrograms(process.env, benchmark.log);
  const postgres = await startServerPostgres(programs, process.env, benchmark.log);
  benchmark.onEnd(postgres.stop);
  const place = { program: programs.server, postgresUrl: postgres.url };
  const sealingKey = 'ab'.repeat(32);
  const bench = await startBenchStack(benchmark, {}, { sealingKey, temporal: (deps) => bringUpServer(place, deps) });
  const { baseUrl, apiKey, databaseUrl, temporalAddress, simulatedUrl, home } = bench.stack;
  if (baseUrl === undefined || apiKey === undefined) throw new Error('The stack runs no API.');
  const env = {
    ...bench.environment,
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    AGENT_RUNS_SEALING_KEY: sealingKey,
    AGENT_RUNS_SIMULATED_URL: simulatedUrl ?? '',
    PORT: '0',
  };
  const doubled = await doubleServices({
    baseUrl,
    workers: true,
    start: (entry) => startService(entry, env, `${home}/logs/second.log`),
    onDeath: benchmark.log,
  });
  benchmark.onEnd(doubled.stop);
  return { ...bench, client: createServiceClient(doubled.baseUrl, apiKey) };
}
