import { setTimeout as pause } from 'node:timers/promises';
import type { BenchStack } from '../bench-stack.ts';
import { type Metrics, quantile, rounded } from '../metric.ts';
import { followSession } from './follow-session.ts';
import type { HangingSessions } from './hanging-sessions.ts';

/** The speed at which the fastest hosted models write. */
const PIECES_PER_SECOND = 200;
const PIECE = 'a few more words ';
const SECONDS = 10;
const STREAMS = 10;
const TICK_MS = 25;

/**
 * Ten sessions whose models write at once, each with a client that asks for its text: how many deltas a second a client
 * gets, and how old the newest piece of text is when the client reads it.
 */
export async function measureDeltas(bench: BenchStack, sessions: HangingSessions): Promise<Metrics> {
  const ages: number[] = [];
  let deltas = 0;
  const writers = await Promise.all(
    Array.from({ length: STREAMS }, async () => {
      const { id, call } = await sessions.start();
      const writtenAtMs: number[] = [];
      const stream = await followSession(bench, id, {
        include: ['agent.message_delta'],
        onEvent(eventId, atMs) {
          const [, , offset] = eventId.split('.');
          if (offset === undefined) return;
          deltas += 1;
          const newest = writtenAtMs[Math.floor(Number(offset) / PIECE.length) - 1];
          if (newest !== undefined) ages.push(atMs - newest);
        },
      });
      return { call, stream, writtenAtMs };
    }),
  );
  const sinceMs = performance.now();
  for (let written = 0; written < PIECES_PER_SECOND * SECONDS; ) {
    await pause(TICK_MS);
    const due = Math.min(PIECES_PER_SECOND * SECONDS, ((performance.now() - sinceMs) / 1_000) * PIECES_PER_SECOND);
    for (; written < due; written++) {
      for (const { call, writtenAtMs } of writers) {
        call.write(PIECE);
        writtenAtMs.push(performance.now());
      }
    }
  }
  const tookS = (performance.now() - sinceMs) / 1_000;
  for (const { stream } of writers) stream.close();
  return {
    deltas_per_stream: { value: rounded(deltas / STREAMS / tookS), unit: '1/s' },
    delta_age_p50: { value: rounded(quantile(ages, 0.5)), unit: 'ms' },
    delta_age_p99: { value: rounded(quantile(ages, 0.99)), unit: 'ms' },
  };
}
