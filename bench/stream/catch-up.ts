import type { BenchStack } from '../bench-stack.ts';
import { type Metrics, paired } from '../metric.ts';
import { createArrivals } from './arrivals.ts';
import { followSession } from './follow-session.ts';
import type { HangingSessions } from './hanging-sessions.ts';
import type { SessionLog } from './session-log.ts';

const EVENTS = 50_000;
const EVENTS_A_COMMIT = 500;
const ROUNDS = 3;

/** Events a second of a stream that begins at the first of a long log, against one bare read of the same rows. */
export async function measureCatchUp(bench: BenchStack, sessions: HangingSessions, log: SessionLog): Promise<Metrics> {
  const { id } = await sessions.start();
  let events = 0;
  while (events < EVENTS) events = (await log.append(id, EVENTS_A_COMMIT)).lastSeq;
  const perSecond = (ms: number) => (events / ms) * 1_000;
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const bareMs = await log.readBareMs(id);
    const arrivals = createArrivals();
    const sinceMs = performance.now();
    const stream = await followSession(bench, id, { onEvent: arrivals.note });
    const tookMs = (await arrivals.of(String(events))) - sinceMs;
    stream.close();
    rounds.push({ value: perSecond(tookMs), floor: perSecond(bareMs) });
  }
  return { catch_up_of_50000_vs_bare_read: paired(rounds, '1/s') };
}
