import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { codeOf } from '../../processes/error-cause.ts';
import { StackError } from '../error.ts';

/** Long enough for a Temporal that is being restarted. */
const GIVE_UP_AFTER_MS = 10_000;
const TRY_TIMEOUT_MS = 2_000;
const BETWEEN_TRIES_MS = 250;

export interface ReachTemporal {
  /** `host:port` */
  readonly address: string;
  readonly log: (line: string) => void;
  /** Ends the waiting without an error when it aborts. */
  readonly signal?: AbortSignal;
  readonly giveUpAfterMs?: number;
}

/**
 * Resolves when the Temporal of TEMPORAL_ADDRESS takes connections. The worker finds out whether it also serves, because only
 * a client knows the protocol, and whether a key is needed.
 * @throws StackError if no connection came about for some seconds
 */
export async function reachTemporal({ address, log, signal, giveUpAfterMs }: ReachTemporal): Promise<void> {
  const deadlineMs = performance.now() + (giveUpAfterMs ?? GIVE_UP_AFTER_MS);
  for (let told = false; !signal?.aborted; told = true) {
    const problem = await connectionProblem(address);
    if (problem === undefined) return;
    if (performance.now() > deadlineMs) {
      throw new StackError(
        `The Temporal of TEMPORAL_ADDRESS (${address}) cannot be reached (${problem}); start it, or correct host and port.`,
      );
    }
    if (!told) log(`waiting for the Temporal of TEMPORAL_ADDRESS (${address})`);
    await pause(BETWEEN_TRIES_MS);
  }
}

/** Undefined if `address` takes connections, else the error code of the system. */
function connectionProblem(address: string): Promise<string | undefined> {
  const colon = address.lastIndexOf(':');
  const host = address.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = Number(address.slice(colon + 1));
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (problem?: string) => {
      socket.destroy();
      resolve(problem);
    };
    socket.setTimeout(TRY_TIMEOUT_MS, () => finish('ETIMEDOUT'));
    socket.once('connect', () => finish());
    socket.once('error', (error) => finish(codeOf(error) ?? error.message));
  });
}
