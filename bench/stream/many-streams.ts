import { setTimeout as pause } from 'node:timers/promises';
import type { BenchStack } from '../bench-stack.ts';
import { type Metrics, quantile, rounded } from '../metric.ts';
import { residentBytes } from '../process-memory.ts';
import { createArrivals } from './arrivals.ts';
import { followSession } from './follow-session.ts';
import type { HangingSessions } from './hanging-sessions.ts';
import type { OpenStream } from './open-stream.ts';
import type { SessionLog } from './session-log.ts';

const SESSIONS = 100;
const STREAMS = 2_000;
const EVENTS = 300;
const PAUSE_MS = 20;
/** The step has no common divisor with the number of sessions, so every session has its turn. */
const STRIDE = 37;

/** The memory that an open stream takes in the API process, and the time that an event takes to all its followers. */
export async function measureManyStreams(
  bench: BenchStack,
  sessions: HangingSessions,
  log: SessionLog,
): Promise<Metrics> {
  const ids: string[] = [];
  for (let i = 0; i < SESSIONS; i++) ids.push((await sessions.start()).id);
  const { api } = bench.stack.pids();
  if (api === null) throw new Error('The API does not run.');
  const before = residentBytes(api);
  const arrivalsOf = new Map(ids.map((id) => [id, Array.from({ length: STREAMS / SESSIONS }, createArrivals)]));
  const streams: OpenStream[] = [];
  for (const [id, followers] of arrivalsOf) {
    streams.push(
      ...(await Promise.all(followers.map((arrivals) => followSession(bench, id, { onEvent: arrivals.note })))),
    );
  }
  const bytesPerStream = (residentBytes(api) - before) / streams.length;

  const times: number[] = [];
  for (let i = 0; i < EVENTS; i++) {
    await pause(PAUSE_MS);
    const id = ids[(i * STRIDE) % ids.length] ?? '';
    const { committedAtMs, lastSeq } = await log.append(id);
    const arrived = (arrivalsOf.get(id) ?? []).map((arrivals) => arrivals.of(String(lastSeq)));
    for (const atMs of await Promise.all(arrived)) times.push(atMs - committedAtMs);
  }
  for (const stream of streams) stream.close();
  return {
    memory_per_stream: { value: rounded(bytesPerStream / 1024), unit: 'KiB' },
    event_to_client_of_2000_p50: { value: rounded(quantile(times, 0.5)), unit: 'ms' },
    event_to_client_of_2000_p99: { value: rounded(quantile(times, 0.99)), unit: 'ms' },
  };
}
