/**
 * The request that forks a session of 500 turns at its last turn, beside the same request about a session of one turn: what is
 * shared need not be copied. A fork makes one turn and ends, and the next is made when it has.
 * Not measured: many forks at once, what the first turn of a fork takes to read the turns of its source.
 * `BENCH_FORK_TURNS` and `BENCH_FORKS` set other numbers, to see quickly whether the benchmark works.
 */
import { startBenchStack } from '../bench-stack.ts';
import { paired, quantile, rounded } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';
import { runSession } from '../run-session.ts';
import { untilEnded } from './session-times.ts';

const TURNS = Number(process.env.BENCH_FORK_TURNS ?? 500);
const FORKS = Number(process.env.BENCH_FORKS ?? 40);
const WARM = 5;

await runBenchmark('ops/fork', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const [agentId = ''] = await bench.agents(1);
  const models = await bench.modelsCalling('bundled', 0);
  const short = await runSession(bench, { agentId, models, turns: 1 });
  const long = await runSession(bench, { agentId, models, turns: TURNS });
  benchmark.log(`a session of ${TURNS} turns is there`);

  async function fork(sessionId: string, turns: number): Promise<number> {
    const sinceMs = performance.now();
    const made = await bench.client.send('POST', `/v1/sessions/${sessionId}/fork`, {
      from_turn: turns - 1,
      max_turns: 1,
    });
    const tookMs = performance.now() - sinceMs;
    const { id }: { id?: unknown } = Object(made);
    await untilEnded(bench.client, String(id));
    return tookMs;
  }

  const pairs: { value: number; floor: number }[] = [];
  for (let n = 0; n < WARM + FORKS; n++) {
    const floor = await fork(short.sessionId, 1);
    const value = await fork(long.sessionId, TURNS);
    if (n >= WARM) pairs.push({ value, floor });
  }
  const p99 = (of: 'value' | 'floor') =>
    rounded(
      quantile(
        pairs.map((pair) => pair[of]),
        0.99,
      ),
    );
  return {
    'ops.fork_of_500_turns_p50': paired(pairs, 'ms'),
    'ops.fork_of_500_turns_p99': { value: p99('value'), floor: p99('floor'), unit: 'ms' },
  };
});
