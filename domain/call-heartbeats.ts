/** The time after which a call that sent no heartbeat counts as lost, unless the stage before it named a longer one. */
export const HEARTBEAT_TIMEOUT_MS = 2_500;

/** Two heartbeats fit into a time-out, and then so much is left for one that is late. */
const LATE_MS = 900;

/**
 * When a worker dies, a tenant makes some ten to fifteen turns a second in the next one. So the hundredth of its calls has its
 * turn some ten seconds later, and may be missed as late as that. It sends fewer heartbeats for that: each is a write of Temporal.
 */
const TIMEOUT_OF_EACH_MS = 100;
const LONGEST_TIMEOUT_MS = 20_000;

/**
 * The heartbeat time-out for the next call of a tenant, in milliseconds.
 * @param calls how many calls of its kind the tenant has under way in this process, with this one
 * @returns undefined for the usual one: of the first 25 calls
 */
export function heartbeatTimeoutOf(calls: number): number | undefined {
  const timeoutMs = Math.min(calls * TIMEOUT_OF_EACH_MS, LONGEST_TIMEOUT_MS);
  return timeoutMs > HEARTBEAT_TIMEOUT_MS ? timeoutMs : undefined;
}

/** The time between two heartbeats of a call with this time-out. */
export function heartbeatEveryMs(timeoutMs: number): number {
  return (timeoutMs - LATE_MS) / 2;
}
