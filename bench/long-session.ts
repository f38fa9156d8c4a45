/**
 * A turn at 10 against a turn at 500 of the same session, and what a turn adds to Temporal's history. The transcript fills
 * its window (24,000 tokens) on the way, so the later turn also sends and stores a larger prompt.
 * Not measured: sessions of more than 510 turns, texts and tool results of realistic length.
 */
import { Client, Connection } from '@temporalio/client';
import { startBenchStack } from './bench-stack.ts';
import { BUNDLED_TURN } from './floor/shapes.ts';
import { historyOf } from './history-size.ts';
import { median, paired, rounded, single } from './metric.ts';
import { runBenchmark } from './run-benchmark.ts';
import { runSession, turnTimesMs } from './run-session.ts';

const TURNS = 510;
const SESSIONS = 2;
const EARLY = [5, 16] as const;
const LATE = [495, 506] as const;

await runBenchmark('long-session', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const connection = await Connection.connect({ address: bench.stack.temporalAddress });
  benchmark.onEnd(() => connection.close());
  const client = new Client({ connection });
  const [agentId = ''] = await bench.agents(1);
  const models = await bench.modelsCalling('bundled', 0);
  await runSession(bench, { agentId, models, turns: 40 });

  const sessions = [];
  for (let session = 0; session < SESSIONS; session++) {
    const { sessionId, turnStartsMs } = await runSession(bench, { agentId, models, turns: TURNS });
    const history = await historyOf(client, sessionId);
    const measured = {
      ...earlyAndLate(turnStartsMs),
      historyBytes: history.bytes / TURNS,
      historyEvents: history.events / TURNS,
    };
    sessions.push(measured);
    benchmark.log(`turn at 10: ${rounded(measured.earlyMs)} ms, at 500: ${rounded(measured.lateMs)} ms`);
  }
  const floor = earlyAndLate(await bench.floor.run({ stages: BUNDLED_TURN, turns: TURNS, regularMs: 0 }));
  return {
    turn_500_vs_turn_10: paired(
      sessions.map(({ earlyMs, lateMs }) => ({ value: lateMs, floor: earlyMs })),
      'ms',
    ),
    same_shape_turn_500_vs_turn_10: paired([{ value: floor.lateMs, floor: floor.earlyMs }], 'ms'),
    history_bytes_a_turn: single(
      sessions.map((session) => session.historyBytes),
      'bytes',
    ),
    history_events_a_turn: single(
      sessions.map((session) => session.historyEvents),
      'count',
    ),
  };
});

function earlyAndLate(startsMs: readonly number[]): { earlyMs: number; lateMs: number } {
  const times = turnTimesMs(startsMs);
  return { earlyMs: median(times.slice(...EARLY)), lateMs: median(times.slice(...LATE)) };
}
