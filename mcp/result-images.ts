import type { CallToolResult, ContentBlock } from '@modelcontextprotocol/client';
import type { NewImage } from '../domain/images/image-ref.ts';
import { readImage } from '../domain/images/read-image.ts';

/** One result may hold so many. */
const MOST_IMAGES = 8;
/** Anthropic takes 5 MB of an image in base64. */
const MOST_BYTES = 3_700_000;

export interface ResultImages {
  readonly images: readonly NewImage[];
  /** For each block the line that says what stands at its place. Undefined: the block is no image. */
  readonly lines: readonly (string | undefined)[];
}

/**
 * The images of a result that a model may be shown: of image blocks, and of resources that are images. Servers often give a
 * wrong type, so the first bytes decide. What is no image, or one too many, becomes a line that says so.
 */
export function resultImages({ content }: CallToolResult): ResultImages {
  const images: NewImage[] = [];
  const lines = content.map((block) => {
    const given = imageIn(block);
    if (given === undefined) return undefined;
    const taken = takenImage(given, images.length);
    if (taken.kind === 'left_out') return `[image ${given.type}, ${taken.bytes} bytes, left out: ${taken.why}]`;
    images.push(taken.image);
    const { mediaType, width, height } = taken.image;
    return `[image ${images.length}: ${mediaType}, ${width} × ${height}]`;
  });
  return { images, lines };
}

type Taken =
  | { readonly kind: 'taken'; readonly image: NewImage }
  | { readonly kind: 'left_out'; readonly bytes: number; readonly why: string };

function takenImage({ data }: GivenImage, before: number): Taken {
  const content = Buffer.from(data, 'base64');
  const leftOut = (why: string): Taken => ({ kind: 'left_out', bytes: content.length, why });
  if (before >= MOST_IMAGES) return leftOut(`a result shows at most ${MOST_IMAGES} images`);
  if (content.length > MOST_BYTES) return leftOut(`an image may have at most ${MOST_BYTES} bytes`);
  const read = readImage(content);
  return read.kind === 'invalid' ? leftOut(`it ${read.why}`) : { kind: 'taken', image: { ...read.facts, content } };
}

interface GivenImage {
  readonly type: string;
  readonly data: string;
}

function imageIn(block: ContentBlock): GivenImage | undefined {
  if (block.type === 'image') return { type: block.mimeType, data: block.data };
  if (block.type !== 'resource' || !('blob' in block.resource)) return undefined;
  const { mimeType = '', blob } = block.resource;
  return mimeType.startsWith('image/') ? { type: mimeType, data: blob } : undefined;
}
