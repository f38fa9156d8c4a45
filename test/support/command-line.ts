import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import type { CliIo } from '../../cli/cli-io.ts';
import { runCli } from '../../cli/run-cli.ts';
import { until } from './until.ts';

const BIN = fileURLToPath(new URL('../../cli/agent-runs.mjs', import.meta.url));

export interface CommandResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that runs, in this process or in one of its own. */
export interface RunningCommand {
  readonly ended: Promise<CommandResult>;
  stdout(): string;
  stderr(): string;
  /** Resolves when standard output (or `stderr`) matches. */
  shows(pattern: RegExp, stream?: 'stdout' | 'stderr'): Promise<void>;
  type(text: string): void;
  closeInput(): void;
  interrupt(): void;
}

export interface CommandOptions {
  readonly env: Readonly<Record<string, string>>;
  /** Standard input, which then ends. Absent: it stays open. */
  readonly input?: string;
  /** The streams are those of a terminal. */
  readonly terminal?: boolean;
}

/** Runs `agent-runs` in this process, which takes milliseconds. */
export function command(argv: readonly string[], { env, input, terminal = false }: CommandOptions): RunningCommand {
  const stream = () => Object.assign(new PassThrough(), { isTTY: terminal, columns: 120 });
  const streams = { stdin: stream(), stdout: stream(), stderr: stream() };
  let listeners: (() => void)[] = [];
  const io: CliIo = {
    ...streams,
    env,
    onInterrupt(listener) {
      listeners.push(listener);
      return () => {
        listeners = listeners.filter((each) => each !== listener);
      };
    },
  };
  const texts = textsOf(streams);
  if (input !== undefined) streams.stdin.end(input);
  return {
    ...texts,
    ended: runCli(argv, io).then((code) => ({ code, stdout: texts.stdout(), stderr: texts.stderr() })),
    type: (text) => streams.stdin.write(text),
    closeInput: () => streams.stdin.end(),
    interrupt() {
      const told = listeners;
      listeners = [];
      for (const listener of told) listener();
    },
  };
}

/** Runs `agent-runs` as a process of its own. */
export function commandProcess(argv: readonly string[], { env, input }: CommandOptions): RunningCommand {
  const child = spawn(process.execPath, [BIN, ...argv], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  const texts = textsOf(child);
  if (input !== undefined) child.stdin.end(input);
  return {
    ...texts,
    ended: once(child, 'close').then(([code]) => ({ code, stdout: texts.stdout(), stderr: texts.stderr() })),
    type: (text) => child.stdin.write(text),
    closeInput: () => child.stdin.end(),
    interrupt: () => child.kill('SIGINT'),
  };
}

function textsOf(streams: { readonly stdout: NodeJS.ReadableStream; readonly stderr: NodeJS.ReadableStream }) {
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    streams[name].on('data', (chunk) => {
      texts[name] += String(chunk);
    });
  }
  return {
    stdout: () => texts.stdout,
    stderr: () => texts.stderr,
    shows: (pattern: RegExp, stream: 'stdout' | 'stderr' = 'stdout') =>
      until(`${stream} to show ${pattern}`, () => pattern.test(texts[stream])).then(() => undefined),
  };
}
