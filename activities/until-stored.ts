import { setTimeout as pause } from 'node:timers/promises';
import { isPassingDatabaseError } from '../db/passing-error.ts';
import { backoffMs } from '../domain/backoff.ts';

const TRIES = 30;

/**
 * Tries a closing transaction until it is stored: an answer that is paid for is not thrown away because Postgres
 * restarts. It gives up after about 25 s, and the attempt then counts at its reservation (I3).
 */
export async function untilStored<T>(store: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await store();
    } catch (error) {
      if (attempt >= TRIES || !isPassingDatabaseError(error)) throw error;
      await pause(backoffMs(attempt, { initialMs: 50, maxMs: 1_000 }));
    }
  }
}
