import type { BenchStack } from './bench-stack.ts';
import type { FloorStage } from './floor/shapes.ts';
import { floorCpu, type LoadResult, measureLoad, serviceCpu } from './load.ts';
import { type Metric, paired, rounded, single } from './metric.ts';
import type { Benchmark } from './run-benchmark.ts';
import { runSession } from './run-session.ts';

export interface LoadRounds {
  readonly benchmark: Benchmark;
  readonly bench: BenchStack;
  readonly label: string;
  readonly rounds: number;
  readonly sessions: number;
  readonly turns: number;
  readonly latencyMs: number;
  /** Sessions are dealt out among them. */
  readonly agents: readonly string[];
  readonly models: readonly string[];
  readonly floors: Readonly<Record<string, readonly FloorStage[]>>;
}

export interface LoadRound {
  readonly service: LoadResult;
  readonly floors: Readonly<Record<string, LoadResult>>;
}

/** Code is compiled and caches are filled by these; they do not count. */
const WARM_UPS = 2;

/** Service and floors in turns on the same stack, warmed up; each round in the reverse order of the last. */
export async function measureRounds(options: LoadRounds): Promise<readonly LoadRound[]> {
  const { benchmark, bench, label, sessions, turns } = options;
  const service = () =>
    measureLoad(bench, {
      sessions,
      turns,
      readCpu: () => serviceCpu(bench),
      run: (index) =>
        runSession(bench, {
          agentId: options.agents[index % options.agents.length] ?? '',
          models: options.models,
          turns,
        }),
    });
  const floorOf = (stages: readonly FloorStage[]) =>
    measureLoad(bench, {
      sessions,
      turns,
      readCpu: () => floorCpu(bench),
      run: () => bench.floor.run({ stages, turns, regularMs: options.latencyMs }),
    });
  const floors = Object.entries(options.floors);
  for (let i = 0; i < WARM_UPS; i++) {
    await service();
    for (const [, stages] of floors) await floorOf(stages);
  }

  const measured: LoadRound[] = [];
  for (let round = 0; round < options.rounds; round++) {
    const results: Record<string, LoadResult> = {};
    const order = [['service', undefined] as const, ...floors];
    for (const [name, stages] of round % 2 === 0 ? order : order.reverse()) {
      const result = stages === undefined ? await service() : await floorOf(stages);
      benchmark.log(`${label}, ${name}: ${describe(result)}`);
      results[name] = result;
    }
    const { service: ofService, ...ofFloors } = results;
    if (ofService !== undefined) measured.push({ service: ofService, floors: ofFloors });
  }
  return measured;
}

export function loadMetrics(prefix: string, rounds: readonly LoadRound[]): Record<string, Metric> {
  const metrics: Record<string, Metric> = {};
  for (const name of Object.keys(rounds[0]?.floors ?? {})) {
    const against = (unit: string, of: (result: LoadResult) => number) =>
      paired(
        rounds.flatMap(({ service, floors }) => {
          const floor = floors[name];
          return floor === undefined ? [] : [{ value: of(service), floor: of(floor) }];
        }),
        unit,
      );
    metrics[`${prefix}_turns_vs_${name}`] = against('1/s', (result) => result.turnsPerSecond);
    metrics[`${prefix}_cpu_vs_${name}`] = against('ms/turn', (result) => result.cpuMsPerTurn);
  }
  for (const process of Object.keys(rounds[0]?.service.cpuMsPerTurnOf ?? {})) {
    metrics[`${prefix}_cpu_of_${process}`] = single(
      rounds.map(({ service }) => service.cpuMsPerTurnOf[process] ?? 0),
      'ms/turn',
    );
  }
  metrics[`${prefix}_cpu_of_load_generator`] = single(
    rounds.map(({ service }) => service.generatorCpuMsPerTurn),
    'ms/turn',
  );
  return metrics;
}

function describe(result: LoadResult): string {
  const parts = Object.entries(result.cpuMsPerTurnOf).map(([name, ms]) => `${name} ${rounded(ms)}`);
  return `${rounded(result.turnsPerSecond)} turns/s, CPU ${rounded(result.cpuMsPerTurn)} ms/turn (${parts.join(', ')})`;
}
