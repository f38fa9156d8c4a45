import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { codeOf } from '../processes/error-cause.ts';
import { listenProblem } from '../processes/listen-problem.ts';
import { StackError } from './error.ts';

/**
 * Our ports lie below the range from which the system gives out client ports. Otherwise a client that tries to reconnect to
 * a server which is down for a restart could be given that very port, connect to itself, and keep the port taken.
 */
const LOWEST = 15_000;
const HIGHEST = 31_999;

/** Undefined when `port` can be listened on, else the system's error code. */
export function portProblem(port: number, host: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve(codeOf(error) ?? 'unknown'));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** @throws StackError when `port`, which the user asked for, cannot be listened on */
export async function requirePort(port: number, host: string): Promise<void> {
  const problem = await portProblem(port, host);
  if (problem !== undefined) throw new StackError(listenProblem(problem, { host, port }));
}

/** `preferred` when it is free, else a random free one. @throws StackError where nothing can listen on `host` */
export async function pickPort(host: string, preferred?: number): Promise<number> {
  let candidate = preferred ?? randomInt(LOWEST, HIGHEST + 1);
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const problem = await portProblem(candidate, host);
    if (problem === undefined) return candidate;
    if (problem !== 'EADDRINUSE') throw new StackError(listenProblem(problem, { host, port: candidate }));
    candidate = randomInt(LOWEST, HIGHEST + 1);
  }
  throw new StackError(`No free port was found on ${host} between ${LOWEST} and ${HIGHEST}.`);
}
