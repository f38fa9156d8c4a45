/** What a check has found. */
export interface Finding {
  readonly check: string;
  readonly status: 'ok' | 'warning' | 'failed' | 'skipped';
  readonly found: string;
  /** What to do about it. */
  readonly mend?: string | undefined;
}

export function ok(check: string, found: string): Finding {
  return { check, status: 'ok', found };
}

export function warning(check: string, found: string, mend: string): Finding {
  return { check, status: 'warning', found, mend };
}

export function failed(check: string, found: string, mend: string): Finding {
  return { check, status: 'failed', found, mend };
}

export function skipped(check: string, found: string): Finding {
  return { check, status: 'skipped', found };
}

/** Clocks that differ by more than this make limits and time-outs wrong. */
export const CLOCK_TOLERANCE_MS = 2_000;

export function clockFinding(check: string, aheadMs: number): Finding {
  const found = `${(Math.abs(aheadMs) / 1_000).toFixed(1)} s ${aheadMs < 0 ? 'behind' : 'ahead of'} this machine`;
  if (Math.abs(aheadMs) <= CLOCK_TOLERANCE_MS) return ok(check, found);
  return warning(check, found, 'Let NTP set the clocks of all machines; expiry and time-outs are measured by them.');
}
