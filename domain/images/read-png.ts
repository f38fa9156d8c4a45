import type { PixelSize } from './image-ref.ts';

const SIGNATURE_BYTES = 8;
/** Length, name and checksum. */
const CHUNK_FRAME_BYTES = 12;

/** The size in IHDR, if the chunks lead to IEND and there are pixels before it. */
export function readPng(bytes: Buffer): PixelSize | undefined {
  let size: PixelSize | undefined;
  let hasPixels = false;
  for (let at = SIGNATURE_BYTES; at + CHUNK_FRAME_BYTES <= bytes.length; ) {
    const length = bytes.readUInt32BE(at);
    const name = bytes.toString('latin1', at + 4, at + 8);
    const isWhole = at + CHUNK_FRAME_BYTES + length <= bytes.length;
    if (!isWhole) return undefined;
    if (size === undefined) {
      if (name !== 'IHDR' || length !== 13) return undefined;
      size = { width: bytes.readUInt32BE(at + 8), height: bytes.readUInt32BE(at + 12) };
    }
    if (name === 'IDAT') hasPixels = true;
    if (name === 'IEND') return hasPixels ? size : undefined;
    at += CHUNK_FRAME_BYTES + length;
  }
  return undefined;
}
