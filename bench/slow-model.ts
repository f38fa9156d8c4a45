/**
 * Turns a second and CPU time a turn with 200 sessions whose model takes a second: most of them wait at any moment.
 * The floor's regular activity waits as long. Not measured: answers that stream, latencies that vary.
 */
import { startBenchStack } from './bench-stack.ts';
import { BUNDLED_TURN } from './floor/shapes.ts';
import { loadMetrics, measureRounds } from './load-rounds.ts';
import { runBenchmark } from './run-benchmark.ts';

const SESSIONS = 200;
const TURNS = 3;
const ROUNDS = 3;
const LATENCY_MS = 1_000;

await runBenchmark('slow-model', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const rounds = await measureRounds({
    benchmark,
    bench,
    label: 'model of 1 s',
    rounds: ROUNDS,
    sessions: SESSIONS,
    turns: TURNS,
    latencyMs: LATENCY_MS,
    // An agent may have 100 sessions at once.
    agents: await bench.agents(4),
    models: await bench.modelsCalling('bundled', LATENCY_MS),
    floors: { same_shape: BUNDLED_TURN },
  });
  return loadMetrics(`${SESSIONS}_sessions_model_1s`, rounds);
});
