/** Cents, and four significant digits below a dollar, so that a cost and the cost it is compared with are equally exact. */
export function usd(amount: number): string {
  return `$${amount.toFixed(amount >= 1 || amount === 0 ? 2 : 3 - Math.floor(Math.log10(amount)))}`;
}

export function usdOrNone(amount: number | null | undefined): string | undefined {
  return typeof amount === 'number' ? usd(amount) : undefined;
}

/** A time as `2026-11-30 20:49:05`, in UTC. @param time RFC 3339 */
export function timeOf(time: string | null | undefined): string | undefined {
  return time?.replace('T', ' ').replace(/(\.\d+)?Z$/, '');
}
