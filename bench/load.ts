import { setTimeout as pause } from 'node:timers/promises';
import type { BenchStack } from './bench-stack.ts';
import { cpuOfProcessMs, cpuOfTreeMs } from './process-cpu.ts';

/** CPU time so far, in milliseconds, by process. */
export type CpuReading = Readonly<Record<string, number>>;

export interface LoadResult {
  readonly turnsPerSecond: number;
  /** CPU of the processes that `readCpu` reads. */
  readonly cpuMsPerTurn: number;
  readonly cpuMsPerTurnOf: CpuReading;
  /** CPU of what only makes the load and shares the machine: this process and the simulated provider. */
  readonly generatorCpuMsPerTurn: number;
}

export interface Load {
  readonly sessions: number;
  /** Turns of each session. */
  readonly turns: number;
  readonly readCpu: () => CpuReading;
  run(index: number): Promise<unknown>;
}

/** A process is quiet when it takes less than this share of a processor. */
const QUIET_SHARE = 0.08;
const QUIET_SAMPLE_MS = 400;
const QUIET_PATIENCE_MS = 10_000;

/** Runs all sessions at once, from the first start to the last end. */
export async function measureLoad(bench: BenchStack, load: Load): Promise<LoadResult> {
  await untilQuiet(load.readCpu);
  const turns = load.sessions * load.turns;
  const cpuBefore = load.readCpu();
  const generatorBefore = generatorCpuMs(bench);
  const sinceMs = performance.now();
  await Promise.all(Array.from({ length: load.sessions }, (_, index) => load.run(index)));
  const tookMs = performance.now() - sinceMs;
  // Work that the last turns left behind belongs to them as well.
  await untilQuiet(load.readCpu);
  const used = difference(load.readCpu(), cpuBefore);
  return {
    turnsPerSecond: turns / (tookMs / 1_000),
    cpuMsPerTurn: total(used) / turns,
    cpuMsPerTurnOf: Object.fromEntries(Object.entries(used).map(([name, ms]) => [name, ms / turns])),
    generatorCpuMsPerTurn: (generatorCpuMs(bench) - generatorBefore) / turns,
  };
}

/** Tool servers are children of the worker, and not counted: a tool's work is not ours. */
export function serviceCpu({ stack }: BenchStack): CpuReading {
  const pids = stack.pids();
  return {
    api: cpuOfProcessMs(required(pids.api)),
    worker: cpuOfProcessMs(required(pids.worker)),
    temporal: cpuOfProcessMs(required(pids.temporal)),
    postgres: cpuOfTreeMs(required(pids.postgres)),
  };
}

export function floorCpu({ stack, floor }: BenchStack): CpuReading {
  const pids = stack.pids();
  return {
    worker: cpuOfProcessMs(floor.pid),
    temporal: cpuOfProcessMs(required(pids.temporal)),
    postgres: cpuOfTreeMs(required(pids.postgres)),
  };
}

function generatorCpuMs({ stack }: BenchStack): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000 + cpuOfProcessMs(required(stack.pids().simulated));
}

/** Waits until earlier work no longer takes CPU, so that no CPU time is counted twice or for the wrong round. */
async function untilQuiet(readCpu: () => CpuReading): Promise<void> {
  const giveUpAtMs = performance.now() + QUIET_PATIENCE_MS;
  while (performance.now() < giveUpAtMs) {
    const before = readCpu();
    await pause(QUIET_SAMPLE_MS);
    const used = difference(readCpu(), before);
    if (total(used) < QUIET_SHARE * QUIET_SAMPLE_MS) return;
  }
}

function difference(after: CpuReading, before: CpuReading): CpuReading {
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - (before[name] ?? 0)]));
}

function total(reading: CpuReading): number {
  return Object.values(reading).reduce((sum, ms) => sum + ms, 0);
}

function required(pid: number | null): number {
  if (pid === null) throw new Error('A process of the stack does not run.');
  return pid;
}
