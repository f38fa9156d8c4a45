/**
 * How long a turn of one session takes, model and tool without delay, as a client of the event stream sees it.
 * Not measured: a real model, more than one tool call a turn, a transcript that fills the window (long-session.ts).
 */
import { type BenchStack, startBenchStack, type TurnKind } from './bench-stack.ts';
import { BUNDLED_TURN, EXTERNAL_TURN, type FloorStage, SINGLE_ACTIVITY_TURN } from './floor/shapes.ts';
import { type Metric, median, paired, rounded, single } from './metric.ts';
import { medianCommitMs, transactionsSoFar } from './postgres-commits.ts';
import { runBenchmark } from './run-benchmark.ts';
import { runSession, type SessionToRun, turnTimesMs } from './run-session.ts';

const PAIRS = 3;
/** Code is compiled by these; they do not count. */
const WARM_UPS = 3;
const TURNS = 60;
/** The first turns of a session find caches cold. */
const SKIPPED = 5;
const COMMITS = 300;

await runBenchmark('turn', async (benchmark) => {
  const bench = await startBenchStack(benchmark);
  const [agentId = ''] = await bench.agents(1);
  const metrics: Record<string, Metric> = {};

  for (const kind of ['bundled', 'external'] as const) {
    const session = { agentId, models: await bench.modelsCalling(kind, 0), turns: TURNS };
    const stages = kind === 'bundled' ? BUNDLED_TURN : EXTERNAL_TURN;
    for (let i = 0; i < WARM_UPS; i++) await measureOnce(bench, session, stages);
    const rounds = [];
    for (let round = 0; round < PAIRS; round++) {
      const measured = await measureOnce(bench, session, stages);
      rounds.push(measured);
      benchmark.log(
        `${kind}: ${Object.entries(measured)
          .map(([name, value]) => `${name} ${rounded(value)}`)
          .join(', ')}`,
      );
    }
    Object.assign(metrics, metricsOf(kind, rounds));
  }
  return metrics;
});

type Round = Awaited<ReturnType<typeof measureOnce>>;

async function measureOnce(bench: BenchStack, session: SessionToRun, stages: readonly FloorStage[]) {
  const { databaseUrl } = bench.stack;
  const floorTurn = async (shape: readonly FloorStage[]) =>
    medianTurnMs(await bench.floor.run({ stages: shape, turns: TURNS, regularMs: 0 }));
  const before = await transactionsSoFar(databaseUrl);
  const turnMs = medianTurnMs((await runSession(bench, session)).turnStartsMs);
  const transactions = ((await transactionsSoFar(databaseUrl)) - before) / TURNS;
  return {
    turnMs,
    sameShapeMs: await floorTurn(stages),
    singleActivityMs: await floorTurn(SINGLE_ACTIVITY_TURN),
    commitMs: await medianCommitMs(databaseUrl, COMMITS),
    transactions,
  };
}

function metricsOf(kind: TurnKind, rounds: readonly Round[]): Record<string, Metric> {
  const against = (floorOf: (round: Round) => number) =>
    paired(
      rounds.map((round) => ({ value: round.turnMs, floor: floorOf(round) })),
      'ms',
    );
  return {
    [`turn_${kind}_vs_same_shape`]: against((round) => round.sameShapeMs),
    [`turn_${kind}_vs_one_activity`]: against((round) => round.singleActivityMs),
    [`turn_${kind}_vs_its_commits`]: against((round) => round.commitMs * round.transactions),
    [`turn_${kind}_transactions`]: single(
      rounds.map((round) => round.transactions),
      'count',
    ),
    [`commit_beside_${kind}`]: single(
      rounds.map((round) => round.commitMs),
      'ms',
    ),
  };
}

function medianTurnMs(startsMs: readonly number[]): number {
  return median(turnTimesMs(startsMs).slice(SKIPPED));
}
