/** Times are kept in milliseconds, and metrics are in seconds. */
export function secondsOf(ms: number): number;
export function secondsOf(ms: number | undefined): number | undefined;
export function secondsOf(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : ms / 1_000;
}
