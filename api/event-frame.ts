const encoder = new TextEncoder();

/** The first bytes of a stream: how soon a client that lost it comes back. */
export const STREAM_OPENING: Uint8Array = encoder.encode('retry: 1000\n\n');

/** A comment, so that proxies and clients see the connection is alive. */
export const HEARTBEAT: Uint8Array = encoder.encode(': heartbeat\n\n');

/** An event as a frame of an event stream. `data` is JSON text, which holds no line break of its own. */
export function frameOf(event: { seq: number; type: string; data: string }): Uint8Array {
  return encoder.encode(`id: ${event.seq}\nevent: ${event.type}\ndata: ${event.data}\n\n`);
}
