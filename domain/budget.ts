/** Percent of a cap at which clients are warned, once each. */
const WARNING_PERCENTS = [80, 90, 95] as const;

/** The percents that what was paid has reached, lowest first. */
export function warningsReached(paidNano: bigint, capNano: bigint): number[] {
  return WARNING_PERCENTS.filter((percent) => BigInt(percent) * capNano <= paidNano * 100n);
}

/** What an account has paid. What a provider charged above its bound counts, too, though no cap could hold it (I4). */
export function paidNano(account: { readonly spentNano: bigint; readonly excessNano: bigint }): bigint {
  return account.spentNano + account.excessNano;
}

/** The day that an agent's budget is of: UTC, yyyy-mm-dd. */
export function budgetDay(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}
