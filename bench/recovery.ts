/**
 * Measures the time from the death of the only worker (SIGKILL) to the next event of its session, at several points of a
 * turn. The session waits for the new process (start of Node, connection to Temporal), then for the time-out of the task
 * that the dead worker had.
 * Not measured: a second worker that takes over, the death of Temporal or Postgres.
 */
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { FaultPoint } from '../activities/stage-deps.ts';
import { type BenchStack, startBenchStack } from './bench-stack.ts';
import { type Metric, rounded, single } from './metric.ts';
import { runBenchmark } from './run-benchmark.ts';
import type { ReceivedEvent } from './service-client.ts';

const ROUNDS = 1;
const POINTS: readonly FaultPoint[] = [
  'context.after',
  'reservation.after',
  'model_dispatched.after',
  'answer_stored.after',
  'tool_answered.after',
  'turn_closed.before',
];
/** The supervisor restarts a process at once when it has served this long; otherwise it waits first. */
const STEADY_MS = 5_500;
const LATENCY_MS = 200;
const POINT_PATIENCE_MS = 30_000;

await runBenchmark('recovery', async (benchmark) => {
  const faults = mkdtempSync(join(tmpdir(), 'agent-runs-bench-faults-'));
  benchmark.onEnd(() => rmSync(faults, { recursive: true, force: true }));
  const faultFile = join(faults, 'fault');
  const bench = await startBenchStack(benchmark, { AGENT_RUNS_FAULT_FILE: faultFile });
  const session = await followSession(bench);

  const secondsOf = new Map<FaultPoint, number[]>(POINTS.map((point) => [point, []]));
  for (let round = 0; round < ROUNDS; round++) {
    for (const point of POINTS) {
      await pause(STEADY_MS);
      const pid = workerPid(bench);
      // By rename: the worker must not read half a name.
      writeFileSync(`${faultFile}.new`, point);
      renameSync(`${faultFile}.new`, faultFile);
      const diedAtMs = await deathOf(pid);
      const nextAtMs = await session.nextEventAfter(await session.lastSeq());
      const seconds = (nextAtMs - diedAtMs) / 1_000;
      secondsOf.get(point)?.push(seconds);
      benchmark.log(`killed at ${point}: next event after ${rounded(seconds)} s`);
      await bench.stack.ready('worker');
    }
  }

  const all = [...secondsOf.values()].flat();
  const metrics: Record<string, Metric> = {
    worker_kill_to_next_event: single(all, 's'),
    worker_kill_to_next_event_max: { value: rounded(Math.max(...all)), unit: 's' },
  };
  for (const [point, seconds] of secondsOf) metrics[`worker_kill_at_${point.replace('.', '_')}`] = single(seconds, 's');
  return metrics;
});

interface FollowedSession {
  /** The newest event that is stored, read or not. */
  lastSeq(): Promise<number>;
  /** When the client read the first event after that one. */
  nextEventAfter(seq: number): Promise<number>;
}

/** A session that goes on until its stack is stopped. */
async function followSession(bench: BenchStack): Promise<FollowedSession> {
  const [agentId = ''] = await bench.agents(1);
  const models = await bench.modelsCalling('bundled', LATENCY_MS);
  const events: ReceivedEvent[] = [];
  const received = new EventEmitter();
  const body = { message: 'Call the tool again and again.', max_turns: 1_000, models };
  const ended = bench.client.run(agentId, body, (event) => {
    events.push(event);
    received.emit('event');
  });
  // Its stream breaks when the stack is stopped.
  ended.catch(() => undefined);
  const tooSoon = ended.then((): never => {
    throw new Error('The session ended before it was killed at every point.');
  });
  tooSoon.catch(() => undefined);

  const first = async (matches: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent> => {
    for (;;) {
      const event = events.find(matches);
      if (event !== undefined) return event;
      await Promise.race([once(received, 'event'), tooSoon]);
    }
  };
  const { data } = await first(({ type }) => type === 'session.status_running');
  const { sessionId }: { sessionId?: unknown } = JSON.parse(data);
  return {
    async lastSeq() {
      const session = await bench.client.send('GET', `/v1/sessions/${sessionId}`);
      if (typeof session !== 'object' || session === null || !('last_seq' in session)) throw new Error('No last_seq.');
      return Number(session.last_seq);
    },
    nextEventAfter: async (seq) => (await first((event) => event.seq > seq)).atMs,
  };
}

/** The moment at which the process was gone, to within 2 ms. @throws Error when it lives on */
async function deathOf(pid: number): Promise<number> {
  const giveUpAtMs = performance.now() + POINT_PATIENCE_MS;
  while (performance.now() < giveUpAtMs) {
    try {
      process.kill(pid, 0);
    } catch {
      return performance.now();
    }
    await pause(2);
  }
  throw new Error('The worker did not come to the point at which it should die.');
}

function workerPid({ stack }: BenchStack): number {
  const { worker } = stack.pids();
  if (worker === null) throw new Error('There is no worker.');
  return worker;
}
