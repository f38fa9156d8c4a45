import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { StackError, systemErrorCode } from './error.ts';

/**
 * Ports of ours lie below the range from which the system gives out client ports. While a server is down for a restart,
 * a client that tries to reconnect to it could otherwise be given that very port and connect to itself, and keep it taken.
 */
const LOWEST = 15_000;
const HIGHEST = 31_999;

/** Undefined when `port` can be listened on, else the system's error code. */
export function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(systemErrorCode(error) ?? 'unknown'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** @throws StackError when `port`, which the user asked for, cannot be listened on. */
export async function requirePort(port: number, host: string): Promise<void> {
  switch (await portProblem(port, host)) {
    case undefined:
      return;
    case 'EADDRINUSE':
      throw new StackError(portInUse(port));
    case 'EACCES':
      throw new StackError(`Port ${port} may not be opened by this user; set PORT to one above 1023.`);
    default:
      throw new StackError(
        `Port ${port} cannot be opened on ${host}; set PORT and AGENT_RUNS_HOST to what this machine has.`,
      );
  }
}

export function portInUse(port: number): string {
  return `Port ${port} is already in use; stop what listens there, or set PORT to another one (0 picks a free one).`;
}

/** `preferred` when it is free, else a random free one. */
export async function pickPort(host: string, preferred?: number): Promise<number> {
  let candidate = preferred ?? randomInt(LOWEST, HIGHEST + 1);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if ((await portProblem(candidate, host)) === undefined) return candidate;
    candidate = randomInt(LOWEST, HIGHEST + 1);
  }
  throw new StackError(`No free port was found on ${host} between ${LOWEST} and ${HIGHEST}.`);
}
