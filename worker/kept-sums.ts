import type { Database } from '../db/database.ts';
import { sumUpKept } from '../db/queries/tenant-kept.ts';
import { repeating } from './repeating.ts';

export interface KeptSumsDeps {
  readonly db: Pick<Database, 'serviceTransaction'>;
  readonly warn: (message: string, error?: unknown) => void;
  /** Default 5 s. */
  readonly everyMs?: number | undefined;
  /** Rows summed up in one transaction. Default 10,000. */
  readonly batch?: number | undefined;
}

/**
 * Adds up the rows that count what tenants keep, so that few have to be read. The sums are right without it: a worker that dies
 * leaves more rows to the next one.
 */
export function createKeptSums({ db, warn, everyMs = 5_000, batch = 10_000 }: KeptSumsDeps): {
  close(): Promise<void>;
} {
  const sweep = repeating({
    everyMs,
    onError: (error) => warn('What tenants keep could not be summed up; it is tried again.', error),
    async work() {
      while ((await db.serviceTransaction((tx) => sumUpKept(tx, batch))) === batch);
    },
  });
  return { close: () => sweep.stop() };
}
