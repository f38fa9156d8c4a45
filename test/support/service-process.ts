import { type ChildProcess, fork } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { serviceCommand } from '../../stack/services/command.ts';

export interface ServiceProcess {
  /** The port of an api; undefined for a worker. */
  readonly port: number | undefined;
  readonly exited: Promise<void>;
  kill(signal?: NodeJS.Signals): Promise<void>;
}

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Starts another api or worker for a stack, which logs to `logFile`. Resolves when it serves. */
export async function startService(
  entry: string,
  env: Readonly<Record<string, string>>,
  logFile: string,
): Promise<ServiceProcess> {
  // The service runs as one script, as in the embedded stack. Tests start hundreds, and this halves the time of a start.
  const [, ...args] = await serviceCommand(entry);
  const log = openSync(logFile, 'a');
  const child = fork(args.at(-1) ?? entry, {
    cwd: ROOT,
    execArgv: args.slice(0, -1),
    env: { ...env },
    stdio: ['ignore', log, log, 'ipc'],
  });
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  return {
    port: await portOf(child, exited, entry),
    exited,
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      await exited;
    },
  };
}

async function portOf(child: ChildProcess, exited: Promise<void>, entry: string): Promise<number | undefined> {
  const message = await new Promise<unknown>((resolve, reject) => {
    child.once('message', resolve);
    void exited.then(() => reject(new Error(`${entry} ended before it served.`)));
  });
  return typeof message === 'object' && message !== null && 'port' in message ? Number(message.port) : undefined;
}

export interface KeptService {
  /** Resolves when it serves: at once, or when it has been started again. */
  ready(): Promise<void>;
  /** Kills it; it is started again. */
  kill(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * A service that is started again at once whenever it dies. The supervisor waits longer after each death, which would
 * slow down a test that kills a process twenty times.
 */
export async function keepService(start: () => Promise<ServiceProcess>, onDeath: () => void): Promise<KeptService> {
  let stopping = false;
  let current = await start();
  let serving: Promise<void> = Promise.resolve();
  const keep = (): Promise<void> =>
    current.exited.then(async () => {
      if (stopping) return;
      onDeath();
      serving = start().then((next) => {
        current = next;
      });
      await serving;
      return keep();
    });
  const done = keep();
  return {
    ready: () => serving,
    kill: () => current.kill(),
    async stop() {
      stopping = true;
      await serving;
      await current.kill('SIGTERM');
      await done;
    },
  };
}
