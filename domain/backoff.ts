export interface BackoffOptions {
  readonly initialMs: number;
  readonly maxMs: number;
  /** Where in the jitter range this wait falls, 0 (none) to 1 (full), from the caller's random numbers. */
  readonly jitter: number;
}

/**
 * Wait before attempt `attempt + 1`, in ms: doubles from `initialMs` to `maxMs`, of which up to half is taken off by
 * jitter so that many waiters do not come back at once. `attempt` counts from 1.
 */
export function backoffMs(attempt: number, options: BackoffOptions): number {
  const doublings = Math.max(0, attempt - 1);
  const fullMs = Math.min(options.maxMs, options.initialMs * 2 ** doublings);
  const jitter = Math.min(1, Math.max(0, options.jitter));
  return Math.round(fullMs * (1 - jitter / 2));
}
