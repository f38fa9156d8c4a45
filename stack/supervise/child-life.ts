import { type ChildProcess, spawn } from 'node:child_process';
import { StackError } from '../error.ts';
import { openChildLog } from './child-log.ts';
import type { ChildSpec } from './child-spec.ts';
import { explainFailure } from './explain-failure.ts';
import { identify, type ProcessIdentity, sendSignal } from './process-identity.ts';

const READY_TIMEOUT_MS = 60_000;

/** One run of a child process, from spawn to exit. */
export interface ChildLife {
  readonly identity: ProcessIdentity;
  /** Resolves when the process has ended, with words such as "ended with code 1". */
  readonly exited: Promise<string>;
  /** Resolves when the process serves, with the port if it reported one. @throws StackError if it ends first, or takes over a minute */
  readonly ready: Promise<number | undefined>;
  signal(signal: NodeJS.Signals): void;
}

/** Starts the process. @throws StackError if it cannot be started at all */
export async function beginLife(spec: ChildSpec, logFile: string): Promise<ChildLife> {
  const launch = await spec.launch();
  const log = openChildLog(logFile);
  let child: ChildProcess;
  try {
    child = spawn(launch.command, [...launch.args], {
      cwd: launch.cwd,
      env: launch.env,
      stdio: ['ignore', log.fd, log.fd, ...(spec.readiness === 'ipc' ? (['ipc'] as const) : [])],
      // The child gets a process group of its own, so that Ctrl-C reaches the supervisor alone.
      detached: true,
      uid: launch.uid,
      gid: launch.gid,
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
      // The processes that it started itself must not outlive it.
      sendSignal(-pid, 'SIGKILL');
      resolve(code === null ? `was ended by ${signal}` : `ended with code ${code}`);
    }),
  );
  const ready = becomeReady(spec, child, exited, (how) =>
    explainFailure({ name: spec.name, how, logTail: log.tail(), logFile, port: spec.port }),
  );
  // Perhaps nobody waits for it, as when the stack is being stopped.
  ready.catch(() => {});
  return {
    identity: identify(pid) ?? { pid, startedAt: 'unknown' },
    exited,
    ready,
    // Unlike process.kill this does nothing when the child is gone, and another process may have its pid by then.
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

/** Resolves when the message `{"type":"ready","port":N}` comes, with the port, or undefined if the message has none. */
function readyMessage(child: ChildProcess): Promise<number | undefined> {
  return new Promise((resolve) =>
    child.on('message', (message) => {
      if (typeof message !== 'object' || message === null || !('type' in message) || message.type !== 'ready') return;
      resolve('port' in message && typeof message.port === 'number' ? message.port : undefined);
    }),
  );
}
