import type { ImageFacts } from './image-ref.ts';
import { readGif } from './read-gif.ts';
import { readJpeg } from './read-jpeg.ts';
import { readPng } from './read-png.ts';
import { readWebp } from './read-webp.ts';

/** Anthropic refuses longer sides. A request with an image that a provider refuses would fail on every turn. */
export const MOST_SIDE_PIXELS = 8_000;

export type ReadImage =
  | { readonly kind: 'image'; readonly facts: ImageFacts }
  /** `why` goes on after "it": "is cut off". */
  | { readonly kind: 'invalid'; readonly why: string };

/**
 * Reads what an image is and how large, and checks that it is whole: its parts follow each other up to the end mark of its
 * format. Pixels are not decoded. The first bytes decide on the format, whatever a sender says.
 */
export function readImage(bytes: Buffer): ReadImage {
  const format = FORMATS.find(({ begins }) => begins(bytes));
  if (format === undefined) return invalid('is not a PNG, JPEG, GIF or WebP image');
  const size = format.read(bytes);
  if (size === undefined) return invalid(`is cut off or damaged, although it begins like ${format.mediaType}`);
  const { width, height } = size;
  if (width < 1 || height < 1) return invalid(`has ${width} × ${height} pixels`);
  if (Math.max(width, height) > MOST_SIDE_PIXELS) {
    return invalid(`has ${width} × ${height} pixels, and a side may have at most ${MOST_SIDE_PIXELS}`);
  }
  return { kind: 'image', facts: { mediaType: format.mediaType, width, height } };
}

const FORMATS = [
  { mediaType: 'image/png', begins: (bytes: Buffer) => hasAt(bytes, 0, '\x89PNG\r\n\x1a\n'), read: readPng },
  { mediaType: 'image/jpeg', begins: (bytes: Buffer) => hasAt(bytes, 0, '\xff\xd8\xff'), read: readJpeg },
  {
    mediaType: 'image/gif',
    begins: (bytes: Buffer) => hasAt(bytes, 0, 'GIF87a') || hasAt(bytes, 0, 'GIF89a'),
    read: readGif,
  },
  {
    mediaType: 'image/webp',
    begins: (bytes: Buffer) => hasAt(bytes, 0, 'RIFF') && hasAt(bytes, 8, 'WEBP'),
    read: readWebp,
  },
] as const;

function hasAt(bytes: Buffer, at: number, latin1: string): boolean {
  return bytes.toString('latin1', at, at + latin1.length) === latin1;
}

function invalid(why: string): ReadImage {
  return { kind: 'invalid', why };
}
