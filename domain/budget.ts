/** Percent of a cap at which clients are warned, once each. */
const WARNING_PERCENTS = [80, 90, 95] as const;

/** An account of a run or of an agent's day. */
export interface AccountState {
  /** Null: no cap. */
  readonly capNano: bigint | null;
  readonly spentNano: bigint;
  readonly reservedNano: bigint;
  readonly excessNano: bigint;
}

/** What the accounts of a request leave for it; undefined where no account has a cap. */
export interface Headroom {
  /** cap − paid − reserved, the least of all accounts: what can be reserved now. */
  readonly freeNano: bigint | undefined;
  /** cap − paid, the least of all accounts: what could be reserved if every other reservation were released. */
  readonly unspentNano: bigint | undefined;
}

/**
 * The percents of its cap that an account has reached and that nobody was warned of, lowest first.
 * @param neededNano what is needed next. It counts like what is paid, so a warning always comes before the end.
 */
export function warningsDue(account: AccountState & { readonly warned: readonly number[] }, neededNano = 0n): number[] {
  const { capNano, warned } = account;
  if (capNano === null) return [];
  return WARNING_PERCENTS.filter(
    (percent) => BigInt(percent) * capNano <= (paidNano(account) + neededNano) * 100n && !warned.includes(percent),
  );
}

/** True when the cap is spent: nothing more can be reserved, whatever is released. */
export function isSpent(account: AccountState): boolean {
  return account.capNano !== null && paidNano(account) >= account.capNano;
}

/** What an account has paid. What a provider charged above its bound counts too, although no cap could hold it (I4). */
export function paidNano(account: Pick<AccountState, 'spentNano' | 'excessNano'>): bigint {
  return account.spentNano + account.excessNano;
}

/** The day whose budget a time belongs to: UTC, yyyy-mm-dd. */
export function budgetDay(nowMs: number): string {
  return new Date(nowMs).toISOString().slice(0, 10);
}

/** How long it is until the next day of budgets begins. It is at least a second, for clocks that differ a little. */
export function untilNextDayMs(nowMs: number): number {
  const nextDay = new Date(nowMs).setUTCHours(24, 0, 0, 0);
  return Math.max(nextDay - nowMs, 1_000);
}

export function headroomOf(accounts: readonly AccountState[]): Headroom {
  const capped = accounts.flatMap((account) =>
    account.capNano === null ? [] : [{ unspent: account.capNano - paidNano(account), reserved: account.reservedNano }],
  );
  return {
    freeNano: least(capped.map(({ unspent, reserved }) => unspent - reserved)),
    unspentNano: least(capped.map(({ unspent }) => unspent)),
  };
}

/** What a run may still spend, and on how many turns. Undefined for a run without a cap. */
export function runBudget(
  run: AccountState | undefined,
  turns: { readonly turn: number; readonly maxTurns: number },
): { remainingNano: bigint; remainingTurns: number } | undefined {
  const remainingNano = run && headroomOf([run]).freeNano;
  return remainingNano === undefined
    ? undefined
    : { remainingNano, remainingTurns: Math.max(1, turns.maxTurns - turns.turn) };
}

/** Finds the smallest amount. Undefined when there is none. */
export function least(values: readonly bigint[]): bigint | undefined {
  return values.reduce<bigint | undefined>((low, value) => (low === undefined || value < low ? value : low), undefined);
}
