const LONGEST_WAIT_MS = 24 * 60 * 60 * 1000;

/**
 * How long a response asks us to wait: `retry-after-ms`, else `Retry-After` in seconds or as an HTTP date (RFC 9110
 * §10.2.3). At most a day. Undefined where the header is absent or makes no sense.
 */
export function retryAfterMsOf(headers: { get(name: string): string | null }, nowMs: number): number | undefined {
  const exactMs = finite(headers.get('retry-after-ms'));
  if (exactMs !== undefined) return bounded(exactMs);
  const text = headers.get('retry-after');
  const seconds = finite(text);
  if (seconds !== undefined) return bounded(seconds * 1000);
  // Date.parse takes "-5" for a year.
  const dateMs = text !== null && /^[A-Z][a-z]+,? /.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(dateMs) ? undefined : bounded(dateMs - nowMs);
}

function finite(text: string | null): number | undefined {
  if (text === null || text.trim() === '') return undefined;
  const value = Number(text);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}

function bounded(waitMs: number): number {
  return Math.min(LONGEST_WAIT_MS, Math.max(0, Math.ceil(waitMs)));
}
