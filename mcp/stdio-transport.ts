import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/client';
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/client';
import { settledWithin } from './abortable.ts';
import { createMessageStream } from './message-stream.ts';

/** Ends process groups once this process is gone, even if SIGKILL ended it. processes/watchdog.ts is one. */
export interface ChildGuard {
  guard(pid: number, signal: 'KILL'): void;
  release(pid: number): void;
}

export interface StdioTransportOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child. */
  readonly environment: Readonly<Record<string, string>>;
  /** Of a longer answer the beginning is read. Any other longer message ends the connection. */
  readonly maxMessageBytes: number;
  readonly guard: ChildGuard | undefined;
}

export interface StdioTransport extends Transport {
  /** How the server ended, if it did. */
  ending(): string | undefined;
}

type ServerProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const MAX_MALFORMED_LINES = 1_000;
const END_OF_INPUT_GRACE_MS = 500;
const TERM_GRACE_MS = 1_000;
const DRAIN_GRACE_MS = 500;

/**
 * MCP over the standard streams of a child. The SDK's own transport knows no process groups, so a server behind `npx` or
 * a shell would outlive us. Here the child leads a group, and the group ends with it.
 */
export function createStdioTransport(options: StdioTransportOptions): StdioTransport {
  const buffer = new ReadBuffer({ maxBufferSize: options.maxMessageBytes });
  const messages = createMessageStream('lines', options.maxMessageBytes);
  let child: ServerProcess | undefined;
  let ending: string | undefined;
  let malformedLines = 0;
  let closed = false;
  let closeRequested = false;
  let announceGone = () => {};
  const gone = new Promise<void>((resolve) => {
    announceGone = resolve;
  });

  const transport: StdioTransport = { start, send, close, ending: () => ending };

  async function start(): Promise<void> {
    const server = spawn(options.command, [...options.args], {
      env: { ...options.environment },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      server.once('spawn', resolve);
      server.on('error', reject);
    });
    child = server;
    if (closeRequested) {
      endGroup(server, 'SIGKILL');
      throw new Error('The connection was closed while the server was starting.');
    }
    if (server.pid !== undefined) options.guard?.guard(server.pid, 'KILL');
    server.stdin.on('error', (error) => transport.onerror?.(error));
    server.stdout.on('error', (error) => transport.onerror?.(error));
    server.stdout.on('data', read);
    server.stderr.on('error', () => {});
    // A server may print secrets of its own, so its stderr is read and goes nowhere, not even to a log (I10).
    server.stderr.resume();
    server.once('exit', (code, signal) => {
      ending ??= signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
      endGroup(server, 'SIGKILL');
      if (server.pid !== undefined) options.guard?.release(server.pid);
      // What the server wrote before it ended is still read. The timer is for a process that left the group and holds the
      // output open.
      setTimeout(finish, DRAIN_GRACE_MS).unref();
    });
    server.once('close', finish);
  }

  function read(chunk: Buffer): void {
    try {
      buffer.append(messages.feed(chunk));
    } catch {
      giveUp(`it sent a message longer than ${options.maxMessageBytes} bytes`);
      return;
    }
    while (!closed) {
      try {
        const message = buffer.readMessage();
        if (message === null) return;
        transport.onmessage?.(message);
      } catch (error) {
        malformedLines++;
        if (malformedLines > MAX_MALFORMED_LINES) giveUp('it prints text that is not an MCP message');
        transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  function giveUp(reason: string): void {
    ending = reason;
    child?.stdout.pause();
    if (child !== undefined) endGroup(child, 'SIGKILL');
    finish();
  }

  function send(message: Parameters<Transport['send']>[0]): Promise<void> {
    return new Promise((resolve, reject) => {
      if (child === undefined || closed || !child.stdin.writable)
        return reject(new Error('The server is not connected.'));
      child.stdin.write(serializeMessage(message), (error) => (error ? reject(error) : resolve()));
    });
  }

  async function close(): Promise<void> {
    closeRequested = true;
    if (child === undefined) return;
    const server = child;
    server.stdin.end();
    if (await settledWithin(gone, END_OF_INPUT_GRACE_MS)) return;
    endGroup(server, 'SIGTERM');
    if (await settledWithin(gone, TERM_GRACE_MS)) return;
    endGroup(server, 'SIGKILL');
    await settledWithin(gone, TERM_GRACE_MS);
    finish();
  }

  function finish(): void {
    if (closed) return;
    closed = true;
    child?.stdout.destroy();
    child?.stderr.destroy();
    buffer.clear();
    announceGone();
    transport.onclose?.();
  }

  return transport;
}

function endGroup(server: ServerProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (server.pid === undefined) return;
  try {
    process.kill(-server.pid, signal);
  } catch {
    // There is no such group: all of its processes have ended.
  }
}
