import type { MessageDelta } from '../contract/message-delta.ts';
import { type CompactionEvent, compactionId } from '../db/queries/compaction-event.ts';

const encoder = new TextEncoder();

/** The first bytes of a stream. They say after how many milliseconds a client that lost the stream may come back. */
export const STREAM_OPENING: Uint8Array = encoder.encode('retry: 1000\n\n');

/** A comment that shows proxies and clients that the connection is alive. */
export const HEARTBEAT: Uint8Array = encoder.encode(': heartbeat\n\n');

/** An event as a frame of an event stream. `data` is JSON text, which contains no line break. */
export function frameOf(event: { seq: number; type: string; data: string }): Uint8Array {
  return encoder.encode(`id: ${event.seq}\nevent: ${event.type}\ndata: ${event.data}\n\n`);
}

/** The event of a summary as a frame. */
export function compactionFrameOf(event: CompactionEvent): Uint8Array {
  return encoder.encode(`id: ${compactionId(event)}\nevent: session.compacted\ndata: ${event.data}\n\n`);
}

/** A text delta as a frame. A client that resumes from its id goes on behind its text. */
export function deltaFrameOf(lastSeq: number, { type, data }: MessageDelta): Uint8Array {
  const id = `${lastSeq}.${data.attempt}.${data.offset + data.text.length}`;
  return encoder.encode(`id: ${id}\nevent: ${type}\ndata: ${JSON.stringify(data)}\n\n`);
}
