/** The wait after attempt `attempt`, which counts from 1, in ms. It doubles from `initialMs` up to `maxMs`. */
export function backoffMs(
  attempt: number,
  { initialMs, maxMs }: { readonly initialMs: number; readonly maxMs: number },
): number {
  return Math.round(Math.min(maxMs, initialMs * 2 ** Math.max(0, attempt - 1)));
}
