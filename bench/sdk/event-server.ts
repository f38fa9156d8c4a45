import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A server whose sessions say what a benchmark tells them to. Every request for events opens a stream. */
export interface EventServer {
  readonly baseUrl: string;
  /** Resolves when so many streams are open. */
  opened(count: number): Promise<void>;
  /** Sends an event with the moment of its sending to the reader of this name. */
  sendTo(reader: string): void;
  /** Ends all sessions. */
  endAll(): void;
  close(): Promise<void>;
}

interface OpenStream {
  readonly response: ServerResponse;
  readonly sessionId: string;
  lastId: number;
}

const WORDS = 'As many words as a model says between two tools: it looked at the file, and goes on with the next one.';

/** The session of a stream is the name of its reader. */
export async function startEventServer(): Promise<EventServer> {
  const streams = new Map<string, OpenStream>();
  let onOpen = () => {};
  const http = createServer((request, response) => {
    const sessionId = /\/sessions\/([^/]+)\/events/.exec(request.url ?? '')?.[1] ?? '';
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-session-id': sessionId });
    const stream = { response, sessionId, lastId: 0 };
    response.write('retry: 1000\n\n');
    write(stream, 'session.status_running', { sessionId, agentId: 'bench-1', maxTurns: 10, budgetCapUsd: null });
    streams.set(sessionId, stream);
    onOpen();
  });
  http.requestTimeout = 0;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', 4_096, resolve));
  const { port } = http.address() as AddressInfo;

  return {
    baseUrl: `http://127.0.0.1:${port}`,
    opened: (count) =>
      new Promise((resolve) => {
        onOpen = () => {
          if (streams.size >= count) resolve();
        };
        onOpen();
      }),
    sendTo(reader) {
      const stream = streams.get(reader);
      if (stream === undefined) throw new Error(`Nobody reads ${reader}.`);
      const data = {
        text: WORDS,
        model: 'bench-small',
        provider: 'bench',
        turnIndex: 0,
        usage: { inputTokens: 1_200, outputTokens: 60, cacheReadTokens: 0 },
        costUsd: 0.0012,
      };
      // Both sides read the monotonic clock of this machine.
      write(stream, 'agent.message', { ...data, sentAtNs: String(process.hrtime.bigint()) });
    },
    endAll() {
      for (const stream of streams.values()) {
        write(stream, 'session.status_ended', { reason: 'completed', totalTurns: 1, totalCostUsd: 0, durationMs: 1 });
        stream.response.end();
      }
      streams.clear();
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

function write(stream: OpenStream, type: string, data: object): void {
  stream.lastId += 1;
  stream.response.write(`id: ${stream.lastId}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}
