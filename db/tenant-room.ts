import { type CountedLimit, type ReachedLimit, reachedBy } from '../domain/tenant-limits.ts';
import type { Tx } from './database.ts';
import { limitUse } from './queries/tenant-limit.ts';

/** How much is about to be added, by the name of its limit. Zero: it is written already, and may have gone beyond. */
export type Additions = Readonly<Partial<Record<CountedLimit, number>>>;

/**
 * Finds the first limit of the tenant that stands in the way of `additions`. To be asked in the transaction that
 * writes. The counts of several limits travel in one message.
 * @returns undefined when there is room for all of it
 */
export async function limitInTheWay(tx: Tx, additions: Additions): Promise<ReachedLimit | undefined> {
  // The keys of an object literal of this type are names of limits.
  const asked = Object.entries(additions) as [CountedLimit, number][];
  const found = await Promise.all(asked.map(async ([name, more]) => reachedBy(await limitUse(tx, name), more)));
  return found.find((reached) => reached !== undefined);
}
