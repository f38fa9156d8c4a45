import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import type { Transport } from '@modelcontextprotocol/client';
import { ReadBuffer, serializeMessage } from '@modelcontextprotocol/client';
import { settledWithin } from '../../processes/abortable.ts';
import { endMarkedProcesses } from '../../processes/marked-processes.ts';
import type { ReadingPace } from '../../processes/reading-pace.ts';
import type { HeldPlace } from './held-place.ts';
import { LARGE_BYTES, type LargeMessages } from './large-messages.ts';
import { createMessageStream } from './message-stream.ts';
import { UnreadableMessageError } from './wire-message.ts';

/** Ends processes once this process is gone, even if SIGKILL ended it. processes/watchdog.ts is one. */
export interface ChildGuard {
  /** Has the processes with this word in their environment ended, too. */
  mark(word: string): void;
  guard(pid: number, signal: 'KILL'): void;
  release(pid: number): void;
}

export interface StdioTransportOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the child, but for its mark. */
  readonly environment: Readonly<Record<string, string>>;
  /** A word that no other process has in its environment. It tells the processes that the server starts from all others. */
  readonly mark: string;
  /** Only the beginning of a longer answer is read. Any other longer message ends the connection. */
  readonly maxMessageBytes: number;
  readonly guard: ChildGuard | undefined;
  /** Told of the bytes of each piece that was read. */
  readonly onReceived: (bytes: number) => void;
  readonly pace: ReadingPace;
  readonly largeMessages: LargeMessages;
  /** The place of the one stream on which the answers to all calls come. */
  readonly place: HeldPlace;
  /** Asked once for each message that answers no request; false: that message is left out. */
  readonly takes: () => boolean;
}

export interface StdioTransport extends Transport {
  /** Says how the server ended, if it did. */
  ending(): string | undefined;
}

type ServerProcess = ChildProcessByStdio<Writable, Readable, Readable>;

const LINE_FEED = 0x0a;
const MAX_MALFORMED_LINES = 1_000;
const END_OF_INPUT_GRACE_MS = 500;
const TERM_GRACE_MS = 1_000;
const DRAIN_GRACE_MS = 500;
const MOST_DRAIN_MS = 10_000;

/** The variable that holds the mark. */
export const MARK_VARIABLE = 'AGENT_RUNS_STDIO_MARK';

/**
 * MCP over the standard streams of a child, which is started without a shell, in an empty folder of its own. The SDK's own
 * transport knows no process groups, so a server behind `npx` or a shell would outlive us. Here the child leads a group, and the
 * group ends with it. What left the group is found by its mark.
 */
export function createStdioTransport(options: StdioTransportOptions): StdioTransport {
  const buffer = new ReadBuffer({ maxBufferSize: options.maxMessageBytes });
  const messages = createMessageStream('lines', options.maxMessageBytes, { takes: options.takes });
  let child: ServerProcess | undefined;
  let ending: string | undefined;
  let malformedLines = 0;
  /** True while a piece of the output is being used, or waits for that. */
  let isReading = false;
  let closed = false;
  const ended = new AbortController();
  let closeRequested = false;
  let announceGone = () => {};
  const gone = new Promise<void>((resolve) => {
    announceGone = resolve;
  });

  let folder: string | undefined;
  let cleaned = Promise.resolve();

  const transport: StdioTransport = { start, send, close, ending: () => ending };

  async function start(): Promise<void> {
    folder = await mkdtemp(join(tmpdir(), 'agent-runs-mcp-'));
    const server = spawn(options.command, [...options.args], {
      cwd: folder,
      env: { ...options.environment, [MARK_VARIABLE]: options.mark },
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    });
    await new Promise<void>((resolve, reject) => {
      server.once('spawn', resolve);
      server.on('error', reject);
    }).catch(async (error: unknown) => {
      await clean();
      throw error;
    });
    child = server;
    if (closeRequested) {
      endGroup(server, 'SIGKILL');
      await clean();
      throw new Error('The connection was closed while the server was starting.');
    }
    if (server.pid !== undefined) options.guard?.guard(server.pid, 'KILL');
    server.stdin.on('error', (error) => transport.onerror?.(error));
    const read = readAll(server.stdout);
    server.stderr.on('error', () => {});
    // A server may print secrets of its own, so its stderr is read and goes nowhere, not even to a log (I10).
    server.stderr.resume();
    server.once('exit', (code, signal) => {
      ending ??= signal === null ? `it ended with exit code ${code}` : `it was ended by ${signal}`;
      endGroup(server, 'SIGKILL');
      if (server.pid !== undefined) options.guard?.release(server.pid);
      finishWhenRead(MOST_DRAIN_MS);
    });
    server.once('close', () => void read.then(finish));
  }

  /** Asks for the next piece when the last one is read, so a server that writes faster waits. */
  async function readAll(output: Readable): Promise<void> {
    const { pace, place, largeMessages, onReceived } = options;
    const stream = pace.open();
    let lineBytes = 0;
    try {
      for await (const piece of output) {
        if (!(piece instanceof Buffer) || closed) return;
        onReceived(piece.length);
        isReading = true;
        const end = piece.lastIndexOf(LINE_FEED);
        lineBytes = end === -1 ? lineBytes + piece.length : piece.length - end - 1;
        const endsLarge = lineBytes <= LARGE_BYTES && place.isHeld;
        if (lineBytes > LARGE_BYTES) await place.take(ended.signal);
        if (endsLarge) await largeMessages.round();
        await stream.take(piece, read);
        // The answer to a call has been passed on by now, so this was something else.
        if (endsLarge) place.giveBack();
        isReading = false;
      }
    } catch (error) {
      if (!closed) transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
    } finally {
      isReading = false;
      place.giveBack();
    }
  }

  function read(chunk: Uint8Array): void {
    if (closed) return;
    try {
      buffer.append(messages.feed(chunk));
    } catch (error) {
      const why = error instanceof UnreadableMessageError ? error.message : undefined;
      giveUp(why ?? `it sent a message longer than ${options.maxMessageBytes} bytes`);
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

  /**
   * The last words of a server that has ended are still read. The time is for a process that left the group and holds the output
   * open.
   */
  function finishWhenRead(leftMs: number): void {
    setTimeout(() => {
      if (isReading && leftMs > 0) finishWhenRead(leftMs - DRAIN_GRACE_MS);
      else finish();
    }, DRAIN_GRACE_MS).unref();
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
    await end(child);
    await cleaned;
  }

  async function end(server: ServerProcess): Promise<void> {
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
    ended.abort(new Error('The connection was closed.'));
    child?.stdout.destroy();
    child?.stderr.destroy();
    buffer.clear();
    cleaned = clean();
    announceGone();
    transport.onclose?.();
  }

  /** Ends what the server left behind. */
  async function clean(): Promise<void> {
    await endMarkedProcesses(options.mark);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true }).catch(() => {});
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
