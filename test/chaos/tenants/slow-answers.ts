import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { setImmediate as nextRound, setTimeout as pause } from 'node:timers/promises';

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
