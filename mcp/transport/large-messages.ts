import { setImmediate as nextRound } from 'node:timers/promises';
import { createFairShares, type Release } from '../../processes/fair-shares.ts';

/** A message that is longer needs a place to be read on. Results of real tools rarely have a tenth of it. */
export const LARGE_BYTES = 256 * 1024;
const PLACES = 8;
/** Every tenant finds a place, whatever the others do. */
const FLOOR = 1;

/** The places for large messages of the servers of one tenant. */
export interface LargeMessages {
  /** Waits for a place. @throws the reason of the signal, when that aborts first */
  enter(signal: AbortSignal | undefined): Promise<Release>;
  /** Waits until the event loop has gone round since another large message was passed on. */
  round(): Promise<void>;
}

/**
 * Bounds how many large messages this process reads at the same time. One of 8 MiB is held twice while it is read, and takes a
 * hundred megabytes and half a second while it is parsed. Thirty of them at once took 450 MB and kept the event loop busy for
 * seconds. Whatever has no place is not read, so its server waits, and the time of its call goes on. Places are shared between
 * tenants, and each message is parsed in a round of the event loop of its own.
 */
export function createLargeMessages(): { of(tenantId: string): LargeMessages } {
  const shares = createFairShares({ capacity: PLACES, floor: FLOOR });
  let last: Promise<void> = Promise.resolve();
  return {
    of: (tenantId) => ({
      enter: (signal) => shares.take({ tenantId }, signal === undefined ? {} : { signal }),
      round() {
        last = last.then(() => nextRound());
        return last;
      },
    }),
  };
}
