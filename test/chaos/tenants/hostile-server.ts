import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextRound, setTimeout as pause } from 'node:timers/promises';

/** The way in which a hostile server answers a request. */
export type Misbehaviour = (response: ServerResponse, body: string) => void | Promise<void>;

export interface HostileServer {
  /** @returns an address under which every request is answered so */
  serve(misbehaviour: Misbehaviour): string;
  close(): Promise<void>;
}

/** An HTTP server of a hostile tenant: a model or a tool server, each at a path of its own. */
export async function startHostileServer(): Promise<HostileServer> {
  const served: Misbehaviour[] = [];
  const http = createServer(async (request, response) => {
    // A client that goes away is no failure of the attack.
    response.on('error', () => undefined);
    const body = await text(request).catch(() => '');
    const misbehave = served[Number(request.url?.split('/')[1])];
    if (misbehave === undefined) return void response.writeHead(404).end();
    await misbehave(response, body);
  });
  // A hostile server keeps its connections as long as it likes.
  http.requestTimeout = 0;
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  return {
    serve(misbehaviour) {
      served.push(misbehaviour);
      return `http://127.0.0.1:${port}/${served.length - 1}`;
    },
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve());
        http.closeAllConnections();
      }),
  };
}

/** Sends the beginning, and then the same piece again and again until the client goes away. */
export async function sendForEver(response: ServerResponse, piece: string, beginning = ''): Promise<void> {
  // Pieces of some size, because the server must not need more of the machine than the client.
  const chunk = Buffer.from(piece.repeat(Math.max(1, Math.floor(16_384 / piece.length))));
  async function* pieces() {
    if (beginning !== '') yield Buffer.from(beginning);
    for (;;) {
      yield chunk;
      await nextRound();
    }
  }
  await pipeline(Readable.from(pieces()), response).catch(() => undefined);
}

/** Sends a text byte by byte, then holds the connection. */
export async function drip(response: ServerResponse, whole: string, everyMs: number): Promise<void> {
  for (const byte of Buffer.from(whole)) {
    if (response.destroyed) return;
    response.write(Buffer.of(byte));
    await pause(everyMs, undefined, { ref: false });
  }
}
