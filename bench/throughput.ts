/**
 * Turns a second and CPU time a turn with many sessions at once, model and tool without delay, from the first start to
 * the last end. The client and the simulated provider share the machine: that lowers turns a second, not CPU a turn.
 * Not measured: several workers or APIs, remote Postgres or Temporal, sessions of many tenants.
 */
import { startBenchStack, type TurnKind } from './bench-stack.ts';
import { BUNDLED_TURN, EXTERNAL_TURN, SINGLE_ACTIVITY_TURN } from './floor/shapes.ts';
import { loadMetrics, measureRounds } from './load-rounds.ts';
import type { Metric } from './metric.ts';
import { runBenchmark } from './run-benchmark.ts';

const SESSIONS = 50;
const TURNS = 12;
const ROUNDS = 3;
const STAGES = { bundled: BUNDLED_TURN, external: EXTERNAL_TURN } as const;
const KINDS: readonly TurnKind[] = ['bundled', 'external'];

await runBenchmark('throughput', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const agents = await bench.agents(1);
  const metrics: Record<string, Metric> = {};
  for (const kind of KINDS) {
    const rounds = await measureRounds({
      benchmark,
      bench,
      label: kind,
      rounds: ROUNDS,
      sessions: SESSIONS,
      turns: TURNS,
      latencyMs: 0,
      agents,
      models: await bench.modelsCalling(kind, 0),
      floors: { same_shape: STAGES[kind], one_activity: SINGLE_ACTIVITY_TURN },
    });
    Object.assign(metrics, loadMetrics(`${SESSIONS}_sessions_${kind}`, rounds));
  }
  return metrics;
});
