import { codeOf } from '../../processes/error-cause.ts';
import type { Tx } from '../database.ts';
import { agentOfSession } from './session.ts';

export const runAccount = (sessionId: string): string => `run:${sessionId}`;
/** @param day UTC, yyyy-mm-dd */
export const dayAccount = (agentId: string, day: string): string => `day:${agentId}:${day}`;

export interface Account {
  readonly account: string;
  readonly capNano: bigint | null;
  readonly spentNano: bigint;
  readonly reservedNano: bigint;
  readonly excessNano: bigint;
  readonly warned: readonly number[];
}

const columns = `account, cap_nano AS "capNano", spent_nano AS "spentNano", reserved_nano AS "reservedNano",
  excess_nano AS "excessNano", warned`;

/** The account of a session's run, if it is among these. */
export function accountOfRun(accounts: readonly Account[], sessionId: string): Account | undefined {
  return accounts.find(({ account }) => account === runAccount(sessionId));
}

/** Opens an account unless it exists. A null cap limits nothing. */
export function openAccount(tx: Tx, account: { account: string; capNano: bigint | null }): void {
  tx.send(
    'open-account',
    `INSERT INTO budget_account (tenant_id, account, cap_nano, ceiling_nano) VALUES ($1, $2, $3, $3)
     ON CONFLICT DO NOTHING`,
    [tx.tenantId, account.account, account.capNano],
  );
}

/**
 * Sets a new cap. If more is spent and reserved already, the cap only stops new reservations. Nobody was warned of this cap
 * yet.
 * @returns whether the cap was raised, so that requests may fit now that did not before
 */
export async function setAccountCap(tx: Tx, account: string, capNano: bigint | null): Promise<boolean> {
  const rows = await tx.query<{ raised: boolean }>(
    'set-account-cap',
    `WITH before AS (
       SELECT cap_nano FROM budget_account WHERE tenant_id = $1 AND account = $2 FOR UPDATE
     )
     UPDATE budget_account a SET cap_nano = $3::bigint,
            ceiling_nano = CASE WHEN $3::bigint IS NULL THEN NULL ELSE greatest($3::bigint, a.spent_nano + a.reserved_nano) END,
            warned = CASE WHEN before.cap_nano IS DISTINCT FROM $3::bigint THEN '{}' ELSE a.warned END
       FROM before
      WHERE a.tenant_id = $1 AND a.account = $2
     RETURNING coalesce(before.cap_nano < $3::bigint, before.cap_nano IS NOT NULL) AS raised`,
    [tx.tenantId, account, capNano],
  );
  return rows[0]?.raised ?? false;
}

export async function readAccounts(tx: Tx, accounts: readonly string[]): Promise<Account[]> {
  return tx.query<Account>(
    'read-accounts',
    `SELECT ${columns} FROM budget_account WHERE tenant_id = $1 AND account = ANY($2)`,
    [tx.tenantId, accounts],
  );
}

/** Locks an account and reads it as it is then. */
export async function lockAccount(tx: Tx, account: string): Promise<Account> {
  const [row] = await tx.query<Account>(
    'lock-account',
    `SELECT ${columns} FROM budget_account WHERE tenant_id = $1 AND account = $2 FOR UPDATE`,
    [tx.tenantId, account],
  );
  if (row === undefined) throw new TypeError(`There is no account ${account}.`);
  return row;
}

/** Reads the account of a session's run and, if it is open, the account of its agent for a day. @param day UTC, yyyy-mm-dd */
export async function readAccountsOfSession(tx: Tx, sessionId: string, day: string): Promise<Account[]> {
  return tx.query<Account>(
    'read-accounts-of-session',
    `SELECT ${columns} FROM budget_account
      WHERE tenant_id = $1 AND account IN ($3, 'day:' || ${agentOfSession('$2', '$1')} || ':' || $4)`,
    [tx.tenantId, sessionId, runAccount(sessionId), day],
  );
}

/** The SQLSTATE with which `reserve` makes its transaction fail; see db/migrations/0010_refused_reservations.sql. */
const RESERVATION_REFUSED = 'RUN01';

/**
 * Reserves `amountNano` in run and agent-day, or fails the transaction (`isReservationRefused`): never in one of them alone
 * (I4). Excess that was paid takes up room under the cap like spent money. Callers send it last, so that it leaves with the
 * COMMIT: all sessions of an agent wait for the account of its day. The two rows cause no deadlock, because the account of
 * a run is only ever locked under the lock of its session.
 */
export function reserve(tx: Tx, run: string, day: string, amountNano: bigint): void {
  tx.send(
    'reserve',
    `WITH reserved AS (
       UPDATE budget_account SET reserved_nano = reserved_nano + $4
        WHERE tenant_id = $1 AND account IN ($2, $3) AND (cap_nano IS NULL OR spent_nano + excess_nano + reserved_nano + $4 <= cap_nano)
       RETURNING 1
     )
     SELECT CASE WHEN count(*) <> 2 THEN refuse_reservation() END FROM reserved`,
    [tx.tenantId, run, day, amountNano],
  );
}

/** True when a transaction failed because `reserve` found too little money. */
export function isReservationRefused(error: unknown): boolean {
  return codeOf(error) === RESERVATION_REFUSED;
}

/** Closes a reservation in run and agent-day: `chargedNano` of it is spent (0 releases all of it), and `excessNano` is added beside the cap. */
export function closeReservation(
  tx: Tx,
  run: string,
  day: string,
  amount: { reservedNano: bigint; chargedNano: bigint; excessNano: bigint },
): void {
  tx.send(
    'close-reservation',
    `UPDATE budget_account SET reserved_nano = reserved_nano - $4, spent_nano = spent_nano + $5, excess_nano = excess_nano + $6
      WHERE tenant_id = $1 AND account IN ($2, $3)`,
    [tx.tenantId, run, day, amount.reservedNano, amount.chargedNano, amount.excessNano],
  );
}

/** Notes in a locked account for which thresholds (percent) a budget warning was given. */
export function markWarned(tx: Tx, account: string, percents: readonly number[]): void {
  tx.send(
    'mark-warned',
    'UPDATE budget_account SET warned = warned || $3::int[] WHERE tenant_id = $1 AND account = $2',
    [tx.tenantId, account, percents],
  );
}
