import type { PixelSize } from './image-ref.ts';

const EXTENSION = 0x21;
const IMAGE = 0x2c;
const TRAILER = 0x3b;
const HEADER_BYTES = 13;

/** The size of the screen or, where that is larger, of a frame; if the blocks lead to the trailer and one is a frame. */
export function readGif(bytes: Buffer): PixelSize | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  let width = bytes.readUInt16LE(6);
  let height = bytes.readUInt16LE(8);
  let frames = 0;
  let at = HEADER_BYTES + tableBytes(bytes[10] ?? 0);
  while (at < bytes.length) {
    switch (bytes[at]) {
      case TRAILER:
        return frames === 0 ? undefined : { width, height };
      case EXTENSION:
        at = behindBlocks(bytes, at + 2);
        break;
      case IMAGE:
        if (at + 10 > bytes.length) return undefined;
        width = Math.max(width, bytes.readUInt16LE(at + 5));
        height = Math.max(height, bytes.readUInt16LE(at + 7));
        frames += 1;
        // A byte for the code size stands before the pixels.
        at = behindBlocks(bytes, at + 10 + tableBytes(bytes[at + 9] ?? 0) + 1);
        break;
      default:
        return undefined;
    }
  }
  return undefined;
}

/** A table of colours follows where the first bit says so. */
function tableBytes(flags: number): number {
  return (flags & 0x80) === 0 ? 0 : 3 * 2 ** ((flags & 7) + 1);
}

/** Blocks of data begin with their length and end with an empty one. */
function behindBlocks(bytes: Buffer, start: number): number {
  let at = start;
  while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
  return at + 1;
}
