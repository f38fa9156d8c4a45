/**
 * What a turn costs late in a session: turns around 100, 500 and 999 against turns around 10 whose prompts are as large,
 * and what each megabyte of prompt adds. The window of the session is full from turn 8 on.
 * `--turns 200` runs a shorter session.
 * Not measured: CPU time, several sessions at once, and a model that takes time.
 */
import { parseArgs } from 'node:util';
import { startBenchStack } from '../bench-stack.ts';
import { type Metrics, median, paired, rounded, single } from '../metric.ts';
import { runBenchmark } from '../run-benchmark.ts';
import { turnTimesMs } from '../run-session.ts';
import { startChatServer } from './chat-server.ts';
import { agentReading, connectServer, type LongSession, runLong } from './long-run.ts';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '1000' } } });
const TURNS = Number(values.turns);
const LATE = [100, 500, 1_000].filter((turn) => turn <= TURNS);
/** A window is cut every few turns, so its size goes up and down. So many turns see every size several times. */
const AROUND = 40;
/** Prompts whose sizes differ by less are of the same size. */
const SAME_SIZE = 0.05;
const RESULT_BYTES = 14_000;
const SMALL = { contextTokens: 24_000 };
const LARGE = { contextTokens: 192_000, turns: 110 };
const FULL_FROM = 70;

await runBenchmark('turn-cost', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const server = await startChatServer(benchmark);
  const models = await connectServer(bench, 'long', server);
  const agentId = await agentReading(bench, RESULT_BYTES);
  const run = (turns: number, contextTokens: number) =>
    runLong(bench, server, { agentId, models, turns, contextTokens });
  await run(40, SMALL.contextTokens);

  const session = turnsOf(await run(TURNS, SMALL.contextTokens));
  const early = session.slice(8, 8 + AROUND);
  const metrics: Record<string, Metrics[string]> = {};
  for (const turn of LATE) {
    const late = session.slice(Math.min(turn, session.length) - AROUND).slice(0, AROUND);
    metrics[`turn_${turn}_vs_turn_10_same_prompt`] = paired(ofTheSameSize(late, early), 'ms');
  }

  const large = turnsOf(await run(LARGE.turns, LARGE.contextTokens)).slice(FULL_FROM);
  const small = session.slice(FULL_FROM);
  const added = (figure: (turn: Turn) => number) => median(large.map(figure)) - median(small.map(figure));
  const megabytes = added(({ bytes }) => bytes) / 1e6;
  benchmark.log(`the larger prompt has ${rounded(megabytes)} MB more`);
  metrics.turn_per_mb_of_prompt = single([added(({ ms }) => ms) / megabytes], 'ms');
  return metrics;
});

interface Turn {
  readonly ms: number;
  readonly bytes: number;
}

function turnsOf({ turnStartsMs, promptBytes }: LongSession): Turn[] {
  return turnTimesMs(turnStartsMs).map((ms, turn) => ({ ms, bytes: promptBytes[turn] ?? 0 }));
}

/** Each late turn with the median of the early turns whose prompts are as large. */
function ofTheSameSize(late: readonly Turn[], early: readonly Turn[]): { value: number; floor: number }[] {
  const pairs = late.flatMap(({ ms, bytes }) => {
    const alike = early.filter((turn) => Math.abs(turn.bytes / bytes - 1) <= SAME_SIZE);
    return alike.length === 0 ? [] : [{ value: ms, floor: median(alike.map((turn) => turn.ms)) }];
  });
  if (pairs.length < late.length / 2)
    throw new Error(`Only ${pairs.length} late turns have a prompt like an early one.`);
  return pairs;
}
