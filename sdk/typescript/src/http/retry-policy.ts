const FIRST_BACK_OFF_MS = 500;
const LONGEST_BACK_OFF_MS = 8_000;
/** A server that asks for a longer wait gets no further attempt: the caller decides whether it is worth waiting for. */
const LONGEST_WAIT_MS = 60_000;

/** True when the same request may succeed if it is sent again. */
export function isPassing(status: number, headers: Headers): boolean {
  const advice = headers.get('x-should-retry');
  if (advice === 'true') return true;
  if (advice === 'false') return false;
  return status === 408 || status === 409 || status === 429 || (status >= 500 && status !== 501);
}

/**
 * How long to wait before attempt `retry` (1 is the first repetition), in milliseconds.
 * What the server asks for is the least; without it, full jitter under a doubling bound.
 * @returns undefined when the server asks for more than a minute
 */
export function waitBeforeRetryMs(retry: number, headers: Headers | undefined, random: number): number | undefined {
  const asked = headers === undefined ? undefined : askedWaitMs(headers);
  if (asked === undefined) return random * Math.min(LONGEST_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** (retry - 1));
  // Clients that were refused together must not come back together.
  return asked > LONGEST_WAIT_MS ? undefined : asked * (1 + random / 10);
}

/** What `Retry-After-ms` or `Retry-After` says, in milliseconds. A date counts from the `Date` of the same answer. */
export function askedWaitMs(headers: Headers, now = Date.now()): number | undefined {
  const inMs = numberOf(headers.get('retry-after-ms'));
  if (inMs !== undefined) return inMs;
  const text = headers.get('retry-after');
  const inSeconds = numberOf(text);
  if (inSeconds !== undefined) return inSeconds * 1000;
  const at = Date.parse(text ?? '');
  if (Number.isNaN(at)) return undefined;
  const sentAt = Date.parse(headers.get('date') ?? '');
  // The clock of this machine may be wrong; the two dates of the server are of one clock.
  return Math.max(0, at - (Number.isNaN(sentAt) ? now : sentAt));
}

function numberOf(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
