export interface RateLimit {
  readonly perSecond: number;
  /** How many requests may come at once if none came before. */
  readonly burst: number;
}

const DEFAULT: RateLimit = { perSecond: 500, burst: 2_000 };
const BURST_OF_A_SECOND = DEFAULT.burst / DEFAULT.perSecond;

/**
 * Parses `500` or `500/2000`: requests per second, and at once. The second number is four times the first unless it is given.
 * @returns undefined for `0`, which means no limit
 * @throws Error for anything else
 */
export function parseRateLimit(text: string | undefined): RateLimit | undefined {
  if (text === undefined) return DEFAULT;
  const match = /^(\d{1,9})(?:\/(\d{1,9}))?$/.exec(text.trim());
  const perSecond = Number(match?.[1]);
  const burst = match?.[2] === undefined ? perSecond * BURST_OF_A_SECOND : Number(match[2]);
  if (match === null || (perSecond > 0 && burst < perSecond)) {
    throw new Error('must be like "500" or "500/2000" (a second / at once), or "0" for none');
  }
  return perSecond === 0 ? undefined : { perSecond, burst };
}
