import type { MessageDelta } from '../contract/message-delta.ts';

const encoder = new TextEncoder();

/** The first bytes of a stream: how soon a client that lost it comes back. */
export const STREAM_OPENING: Uint8Array = encoder.encode('retry: 1000\n\n');

/** A comment, so that proxies and clients see the connection is alive. */
export const HEARTBEAT: Uint8Array = encoder.encode(': heartbeat\n\n');

/** An event as a frame of an event stream. `data` is JSON text, which holds no line break of its own. */
export function frameOf(event: { seq: number; type: string; data: string }): Uint8Array {
  return encoder.encode(`id: ${event.seq}\nevent: ${event.type}\ndata: ${event.data}\n\n`);
}

/** A text delta as a frame. Its id says where a client that has it goes on: behind its text. */
export function deltaFrameOf(lastSeq: number, { type, data }: MessageDelta): Uint8Array {
  const id = `${lastSeq}.${data.attempt}.${data.offset + data.text.length}`;
  return encoder.encode(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}
