import { codeOf } from '../processes/error-cause.ts';
import { networkProblem } from '../processes/network-problem.ts';

/**
 * Trouble with Postgres that another try may overcome. `away`: Postgres could not be reached, or does not take writes now.
 * `busy`: it is there and gave up on this transaction, which changed nothing.
 */
export type PassingTrouble = 'away' | 'busy';

/** Classes of SQLSTATE for connections, for an operator's intervention and for the machine; then those for rivals and resources. */
const TROUBLE_OF_CLASS: Readonly<Record<string, PassingTrouble>> = {
  '08': 'away',
  '57': 'away',
  '58': 'away',
  '40': 'busy',
  '53': 'busy',
  '55': 'busy',
};
const TROUBLE_OF_SQLSTATE: Readonly<Record<string, PassingTrouble>> = {
  // A statement ran into its time-out.
  '57014': 'busy',
  // The server is read-only: a standby that is about to be promoted.
  '25006': 'away',
};

/** The code for a file that is not there: the socket of a Postgres on this machine that does not run. */
const SOCKET_IS_MISSING = 'ENOENT';

/** Messages of connection errors to which pg gives no code. */
const CONNECTION_MESSAGES =
  /connection terminated|connection ended|query read timeout|timeout expired|client has encountered a connection error|not queryable|cannot use a pool after calling end/i;
/** The pool's message when all connections are in use for too long. For one that cannot be made, pg has another message. */
const NO_CONNECTION_FREE = /timeout exceeded when trying to connect/i;

/** @returns undefined for an error of ours, which another try would meet again */
export function passingTrouble(error: unknown): PassingTrouble | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = codeOf(error) ?? '';
  if (networkProblem(code) !== undefined || code === SOCKET_IS_MISSING) return 'away';
  if (/^[0-9A-Z]{5}$/.test(code)) return TROUBLE_OF_SQLSTATE[code] ?? TROUBLE_OF_CLASS[code.slice(0, 2)];
  // It holds one error for each address of a host that was tried.
  if (error instanceof AggregateError) return error.errors.map(passingTrouble).find((each) => each !== undefined);
  if (NO_CONNECTION_FREE.test(error.message)) return 'busy';
  return CONNECTION_MESSAGES.test(error.message) ? 'away' : undefined;
}

/** True for an error that a restart of Postgres, a lost connection or a rival transaction causes; false for errors of ours. */
export function isPassingDatabaseError(error: unknown): boolean {
  return passingTrouble(error) !== undefined;
}
