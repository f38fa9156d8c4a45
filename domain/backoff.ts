/** Wait before attempt `attempt + 1`, in ms: doubles from `initialMs` to `maxMs`. `attempt` counts from 1. */
export function backoffMs(
  attempt: number,
  { initialMs, maxMs }: { readonly initialMs: number; readonly maxMs: number },
): number {
  return Math.round(Math.min(maxMs, initialMs * 2 ** Math.max(0, attempt - 1)));
}
