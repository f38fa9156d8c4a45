import { setTimeout as pause } from 'node:timers/promises';
import type { BenchStack } from '../bench-stack.ts';
import type { StreamFloor } from '../floor/stream-floor.ts';
import { type Metrics, paired, quantile } from '../metric.ts';
import { createArrivals } from './arrivals.ts';
import { followSession } from './follow-session.ts';
import type { HangingSessions } from './hanging-sessions.ts';
import type { SessionLog } from './session-log.ts';

const ROUNDS = 3;
const DELIVERIES = 150;
const WARM_UP = 30;
/** The pause between two events, so that each finds the processes at rest. */
const PAUSE_MS = 20;

/** Measures the time from the commit of an event to the client of its session, in turns with the floor. */
export async function measureDeliveries(
  bench: BenchStack,
  sessions: HangingSessions,
  log: SessionLog,
  floor: StreamFloor,
): Promise<{ readonly metrics: Metrics; readonly floorP50Ms: number }> {
  const { id } = await sessions.start();
  const arrivals = createArrivals();
  const stream = await followSession(bench, id, { onEvent: arrivals.note });
  const deliverOnceMs = async () => {
    const { committedAtMs, lastSeq } = await log.append(id);
    return (await arrivals.of(String(lastSeq))) - committedAtMs;
  };
  const measure = async (count: number) => {
    const values: number[] = [];
    const floors: number[] = [];
    for (let i = 0; i < count; i++) {
      await pause(PAUSE_MS);
      floors.push(await floor.deliverOnceMs());
      await pause(PAUSE_MS);
      values.push(await deliverOnceMs());
    }
    return { values, floors };
  };
  await measure(WARM_UP);
  const rounds: Awaited<ReturnType<typeof measure>>[] = [];
  for (let round = 0; round < ROUNDS; round++) rounds.push(await measure(DELIVERIES));
  stream.close();
  const at = (share: number) =>
    paired(
      rounds.map(({ values, floors }) => ({ value: quantile(values, share), floor: quantile(floors, share) })),
      'ms',
    );
  const p50 = at(0.5);
  return {
    metrics: { event_to_client_p50: p50, event_to_client_p99: at(0.99) },
    floorP50Ms: p50.floor ?? Number.NaN,
  };
}
