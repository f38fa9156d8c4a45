import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { pickPort } from '../../stack/free-port.ts';
import type { ModelPackage } from './model-package.ts';

export const MODEL_NAME = 'smollm2-135m';
/** What the server reads of a prompt, its answer included. */
export const SERVER_WINDOW = 2_048;

export interface ModelServer {
  /** What `base_url` of a provider is. */
  readonly baseUrl: string;
  stop(): Promise<void>;
}

const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 200;

/** Serves the model over the protocol of OpenAI on loopback. @throws Error with the end of its log when it does not start */
export async function startModelServer({ python, model }: ModelPackage, logFile: string): Promise<ModelServer> {
  const port = await pickPort('127.0.0.1');
  const log = openSync(logFile, 'a');
  const child = spawn(
    python,
    [
      ...['-m', 'llama_cpp.server', '--model', model, '--model_alias', MODEL_NAME],
      ...['--n_ctx', String(SERVER_WINDOW), '--host', '127.0.0.1', '--port', String(port)],
      // Threads that wait for each other spin, and on a busy machine they spin most of the time.
      ...['--n_threads', '1', '--n_threads_batch', '1'],
    ],
    { stdio: ['ignore', log, log] },
  );
  closeSync(log);
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const baseUrl = `http://127.0.0.1:${port}/v1`;
  await untilItServes(child, baseUrl, logFile);
  return {
    baseUrl,
    async stop() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

async function untilItServes(child: ChildProcess, baseUrl: string, logFile: string): Promise<void> {
  const deadlineMs = performance.now() + READY_WITHIN_MS;
  while (performance.now() < deadlineMs && child.exitCode === null) {
    const served = await fetch(`${baseUrl}/models`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (served) return;
    await pause(LOOK_EVERY_MS);
  }
  child.kill('SIGKILL');
  throw new Error(`The server of the model does not start:\n${readFileSync(logFile, 'utf8').slice(-1_000)}`);
}
