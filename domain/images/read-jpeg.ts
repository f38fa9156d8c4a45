import type { PixelSize } from './image-ref.ts';

const START_OF_SCAN = 0xda;
const END_MARK = Buffer.from([0xff, 0xd9]);
/** C4, C8 and CC lie among the frame headers and are none. */
const NO_FRAMES: ReadonlySet<number> = new Set([0xc4, 0xc8, 0xcc]);

/** The size in the frame header, if a scan follows it and the end mark follows the scan. */
export function readJpeg(bytes: Buffer): PixelSize | undefined {
  let size: PixelSize | undefined;
  for (let at = 2; at + 4 <= bytes.length; ) {
    if (bytes[at] !== 0xff) return undefined;
    const marker = bytes[at + 1] ?? 0;
    // Any number of fill bytes may stand before a marker.
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    if (marker === START_OF_SCAN) return bytes.indexOf(END_MARK, at) === -1 ? undefined : size;
    const length = bytes.readUInt16BE(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) return undefined;
    if (marker >= 0xc0 && marker <= 0xcf && !NO_FRAMES.has(marker)) {
      if (length < 8) return undefined;
      size = { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    }
    at += 2 + length;
  }
  return undefined;
}
