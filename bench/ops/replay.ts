/**
 * Turns a second of a replay with recorded models and tools, beside the session that it replays, whose model and tool answer
 * without delay. Each live session is replayed right behind its end. The times are those of the service, from the creation of a
 * session to its end.
 * Not measured: many replays at once, long answers.
 * `BENCH_REPLAY_TURNS` and `BENCH_REPLAYS` set other numbers.
 */
import { startBenchStack } from '../bench-stack.ts';
import { paired } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';
import { runSession } from '../run-session.ts';
import { untilEnded } from './session-times.ts';

const TURNS = Number(process.env.BENCH_REPLAY_TURNS ?? 200);
const REPLAYS = Number(process.env.BENCH_REPLAYS ?? 5);

await runBenchmark('ops/replay', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const [agentId = ''] = await bench.agents(1);
  const models = await bench.modelsCalling('bundled', 0);
  await runSession(bench, { agentId, models, turns: 20 });

  async function turnsPerSecond(sessionId: string): Promise<number> {
    const { turns, reason, seconds } = await untilEnded(bench.client, sessionId);
    if (turns !== TURNS || reason !== 'max_turns')
      throw new Error(`${sessionId} ended as ${reason} after ${turns} turns.`);
    return turns / seconds;
  }

  const pairs: { value: number; floor: number }[] = [];
  for (let n = 0; n < REPLAYS; n++) {
    const { sessionId } = await runSession(bench, { agentId, models, turns: TURNS });
    const floor = await turnsPerSecond(sessionId);
    const replay = await bench.client.send('POST', `/v1/sessions/${sessionId}/replay`, {
      models: 'recorded',
      tools: 'recorded',
    });
    const { id }: { id?: unknown } = Object(replay);
    const value = await turnsPerSecond(String(id));
    benchmark.log(`live ${floor.toFixed(1)}, replayed ${value.toFixed(1)} turns a second`);
    pairs.push({ value, floor });
  }
  return { 'ops.replay_recorded': paired(pairs, 'turns/s') };
});
