import type { NewImage } from '../../domain/images/image-ref.ts';
import { readImage } from '../../domain/images/read-image.ts';
import type { ResultPart } from './result-parts.ts';

/** The images of one result that are shown. */
const MOST_IMAGES = 8;
/** Anthropic takes 5 MB of an image in base64. */
const MOST_BYTES = 3_700_000;

export interface ResultImages {
  readonly images: readonly NewImage[];
  /** The line that says what stands at the place of each part. Undefined: the part is no image. */
  readonly lines: readonly (string | undefined)[];
}

/**
 * The images of a result that a model may be shown: image blocks, and other parts that say that they are images. Servers often give a
 * wrong type, so the first bytes decide. What is no image, or one too many, becomes a line that says so.
 */
export function resultImages(parts: readonly ResultPart[]): ResultImages {
  const images: NewImage[] = [];
  const lines = parts.map((part) => {
    if (part.kind !== 'binary' || !isImage(part)) return undefined;
    const taken = takenImage(part.data, images.length);
    if (taken.kind === 'left_out') return `[image ${part.type}, ${taken.bytes} bytes, left out: ${taken.why}]`;
    images.push(taken.image);
    const { mediaType, width, height } = taken.image;
    return `[image ${images.length}: ${mediaType}, ${width} × ${height}]`;
  });
  return { images, lines };
}

type Taken =
  | { readonly kind: 'taken'; readonly image: NewImage }
  | { readonly kind: 'left_out'; readonly bytes: number; readonly why: string };

function takenImage(data: string, before: number): Taken {
  const content = Buffer.from(data, 'base64');
  const leftOut = (why: string): Taken => ({ kind: 'left_out', bytes: content.length, why });
  if (before >= MOST_IMAGES) return leftOut(`a result shows at most ${MOST_IMAGES} images`);
  if (content.length > MOST_BYTES) return leftOut(`an image may have at most ${MOST_BYTES} bytes`);
  const read = readImage(content);
  return read.kind === 'invalid' ? leftOut(`it ${read.why}`) : { kind: 'taken', image: { ...read.facts, content } };
}

function isImage({ what, type }: Extract<ResultPart, { kind: 'binary' }>): boolean {
  return what === 'image' || type.startsWith('image/');
}
