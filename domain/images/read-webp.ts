import type { PixelSize } from './image-ref.ts';

const HEADER_BYTES = 12;
const CHUNK_FRAME_BYTES = 8;

/** The size of the canvas, else of the picture, if every chunk of the file is whole and one holds pixels. */
export function readWebp(bytes: Buffer): PixelSize | undefined {
  if (bytes.length < HEADER_BYTES) return undefined;
  const end = CHUNK_FRAME_BYTES + bytes.readUInt32LE(4);
  if (end > bytes.length) return undefined;
  let canvas: PixelSize | undefined;
  let picture: PixelSize | undefined;
  let hasFrames = false;
  for (let at = HEADER_BYTES; at + CHUNK_FRAME_BYTES <= end; ) {
    const name = bytes.toString('latin1', at, at + 4);
    const length = bytes.readUInt32LE(at + 4);
    const data = bytes.subarray(at + CHUNK_FRAME_BYTES, at + CHUNK_FRAME_BYTES + length);
    if (data.length < length) return undefined;
    if (name === 'VP8X' && length >= 10)
      canvas = { width: data.readUIntLE(4, 3) + 1, height: data.readUIntLE(7, 3) + 1 };
    if (name === 'VP8 ') picture = lossySize(data);
    if (name === 'VP8L') picture = losslessSize(data);
    if (name === 'ANMF') hasFrames = true;
    at += CHUNK_FRAME_BYTES + length + (length % 2);
  }
  return picture === undefined && !hasFrames ? undefined : (canvas ?? picture);
}

function lossySize(data: Buffer): PixelSize | undefined {
  const isKeyFrame = data.length >= 10 && data.readUIntBE(3, 3) === 0x9d012a;
  return isKeyFrame ? { width: data.readUInt16LE(6) & 0x3fff, height: data.readUInt16LE(8) & 0x3fff } : undefined;
}

function losslessSize(data: Buffer): PixelSize | undefined {
  if (data.length < 5 || data[0] !== 0x2f) return undefined;
  const bits = data.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}
