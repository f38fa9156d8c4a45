/** A share of some cases, with the bounds of its 95 % interval (Wilson, which holds for shares near 0 and 1 as well). */
export interface Share {
  readonly found: number;
  readonly of: number;
  readonly value: number;
  readonly interval: readonly [low: number, high: number];
}

const Z = 1.96;

export function shareOf(found: number, of: number): Share {
  const value = found / of;
  const middle = (value + Z ** 2 / (2 * of)) / (1 + Z ** 2 / of);
  const half = (Z / (1 + Z ** 2 / of)) * Math.sqrt((value * (1 - value)) / of + Z ** 2 / (4 * of ** 2));
  return { found, of, value, interval: [Math.max(0, middle - half), Math.min(1, middle + half)] };
}

export function inWords({ found, of, value, interval: [low, high] }: Share): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  return `${percent(value)} [${percent(low)}, ${percent(high)}] (${found} of ${of})`;
}
