import { type ChildProcess, spawn } from 'node:child_process';
import { StackError } from '../error.ts';
import { openChildLog } from './child-log.ts';
import type { ChildSpec } from './child-spec.ts';
import { explainFailure } from './explain-failure.ts';
import { identify, type ProcessIdentity, sendSignal } from './process-identity.ts';

const READY_TIMEOUT_MS = 60_000;

/** One run of a child, from spawn to exit. */
export interface ChildLife {
  readonly identity: ProcessIdentity;
  /** Resolves once, with words such as "ended with code 1". */
  readonly exited: Promise<string>;
  /** Resolves with the port it reported, if it did. @throws StackError when it ends first, or takes over a minute. */
  readonly ready: Promise<number | undefined>;
  signal(signal: NodeJS.Signals): void;
}

/** @throws StackError when it cannot be started at all. */
export async function beginLife(spec: ChildSpec, logFile: string): Promise<ChildLife> {
  const launch = await spec.launch();
  const log = openChildLog(logFile);
  let child: ChildProcess;
  try {
    child = spawn(launch.command, [...launch.args], {
      cwd: launch.cwd,
      env: launch.env,
      stdio: ['ignore', log.fd, log.fd, ...(spec.readiness === 'ipc' ? (['ipc'] as const) : [])],
      // A process group of its own: Ctrl-C reaches the supervisor alone.
      detached: true,
      ...(launch.uid === undefined ? {} : { uid: launch.uid }),
      ...(launch.gid === undefined ? {} : { gid: launch.gid }),
    });
  } finally {
    log.close();
  }
  const failed = new Promise<Error>((resolve) => child.on('error', resolve));
  const { pid } = child;
  if (pid === undefined) {
    throw new StackError(`${launch.command} could not be started: ${(await failed).message}`);
  }
  const exited = new Promise<string>((resolve) =>
    child.once('exit', (code, signal) => {
      // What it started itself must not outlive it.
      sendSignal(-pid, 'SIGKILL');
      resolve(code === null ? `was ended by ${signal}` : `ended with code ${code}`);
    }),
  );
  const ready = becomeReady(spec, child, exited, (how) =>
    explainFailure({
      name: spec.name,
      how,
      logTail: log.tail(),
      logFile,
      ...(spec.port === undefined ? {} : { port: spec.port }),
    }),
  );
  // Nobody may be waiting for it, as when the stack is being stopped.
  ready.catch(() => {});
  return {
    identity: identify(pid) ?? { pid, startedAt: 'unknown' },
    exited,
    ready,
    // Unlike process.kill it does nothing once the child is gone, when another process may have its pid.
    signal: (signal) => {
      child.kill(signal);
    },
  };
}

async function becomeReady(
  spec: ChildSpec,
  child: ChildProcess,
  exited: Promise<string>,
  explain: (how: string) => string,
): Promise<number | undefined> {
  const giveUp = new AbortController();
  const timer = setTimeout(() => giveUp.abort(), READY_TIMEOUT_MS);
  const late = new Promise<never>((_, reject) =>
    giveUp.signal.addEventListener('abort', () => reject(new StackError(explain('did not get ready within a minute')))),
  );
  const ended = exited.then((how): never => {
    throw new StackError(explain(how));
  });
  try {
    const serving = spec.readiness === 'ipc' ? readyMessage(child) : spec.readiness(giveUp.signal);
    return (await Promise.race([serving, ended, late])) ?? undefined;
  } finally {
    clearTimeout(timer);
    late.catch(() => {});
    giveUp.abort();
  }
}

/** Resolves with the port of `{"type":"ready","port":N}`, or undefined where the message names none. */
function readyMessage(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) =>
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'ready') return;
      resolve('port' in message && typeof message.port === 'number' ? message.port : undefined);
    }),
  );
}
