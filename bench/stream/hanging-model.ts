import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model that begins an answer and never ends it: its sessions stay in their first model call. */
export interface HangingModel {
  readonly baseUrl: string;
  /** Resolves when a request came that nobody has taken yet. */
  nextRequest(): Promise<HangingRequest>;
  close(): Promise<void>;
}

export interface HangingRequest {
  /** The moment at which the caller gave the request up, as `performance.now()` counts. */
  readonly abortedAtMs: Promise<number>;
  /** Streams a piece of the answer's text. */
  write(text: string): void;
}

/** Speaks as much of OpenAI's chat completions as it takes to begin a stream. */
export async function startHangingModel(): Promise<HangingModel> {
  const waiting: HangingRequest[] = [];
  const takers: ((request: HangingRequest) => void)[] = [];
  const server = createServer((request, response) => {
    request.resume();
    request.on('end', () => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      const begun = hangingRequest(response);
      const taker = takers.shift();
      if (taker === undefined) waiting.push(begun);
      else taker(begun);
    });
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo; // a TCP server that listens
  return {
    baseUrl: `http://127.0.0.1:${port}/v1`,
    async nextRequest() {
      return waiting.shift() ?? new Promise((resolve) => takers.push(resolve));
    },
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

function hangingRequest(response: ServerResponse): HangingRequest {
  return {
    abortedAtMs: new Promise((resolve) => response.on('close', () => resolve(performance.now()))),
    write(text) {
      const chunk = { id: 'c1', choices: [{ index: 0, delta: { content: text } }] };
      response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    },
  };
}
