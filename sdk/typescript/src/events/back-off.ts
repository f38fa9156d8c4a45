const DEFAULT_RETRY_MS = 500;
/** Where a server asks for no wait, clients that keep failing still slow down. */
const LEAST_BACK_OFF_MS = 10;
const LONGEST_BACK_OFF_MS = 15_000;

/**
 * How long to wait before a stream is opened again, in milliseconds: at least what its `retry:` said, and beyond that up to
 * a bound that doubles, so that clients that lost a server together do not come back together.
 * @param failures how many connections in a row brought no event, beginning with 1
 */
export function waitBeforeReopeningMs(failures: number, retryMs: number | undefined, random: number): number {
  const least = retryMs ?? DEFAULT_RETRY_MS;
  return least + random * Math.min(LONGEST_BACK_OFF_MS, Math.max(least, LEAST_BACK_OFF_MS) * 2 ** (failures - 1));
}
