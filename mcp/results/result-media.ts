import { imageRefOf } from '../../db/queries/image.ts';
import type { NewImage } from '../../domain/images/image-ref.ts';
import { describedMedia, type MediaRef } from '../../domain/media/media-ref.ts';
import type { NewFile } from '../../domain/result-file.ts';
import { MOST_FILE_BYTES, readFile } from './result-file.ts';
import { takenImage } from './result-image.ts';
import type { ResultPart } from './result-parts.ts';

/** The images of one result that are shown, and its files that are kept. */
const MOST_IMAGES = 8;
const MOST_FILES = 8;

type BinaryPart = Extract<ResultPart, { kind: 'binary' }>;

export interface ResultMedia {
  readonly images: readonly NewImage[];
  readonly files: readonly NewFile[];
  /** References to what a model may be shown, in the order of the lines. */
  readonly media: readonly MediaRef[];
  /** The line that says what stands at the place of each part. Undefined: the part is a text. */
  readonly lines: readonly (string | undefined)[];
}

/**
 * The images, sounds and other files of a result. What is too much or too large, and what is no image although it says so, becomes
 * a line that says so.
 * @param keepsFiles false: sounds and other files are only named
 */
export function resultMedia(parts: readonly ResultPart[], keepsFiles = true): ResultMedia {
  const images: NewImage[] = [];
  const files: NewFile[] = [];
  const media: MediaRef[] = [];

  function lineOfImage(part: BinaryPart, content: Buffer): string {
    const leftOut = (why: string) => `[image ${part.type}, ${content.length} bytes, left out: ${why}]`;
    if (images.length >= MOST_IMAGES) return leftOut(`a result shows at most ${MOST_IMAGES} images`);
    const taken = takenImage(content);
    if (taken.kind === 'left_out') return leftOut(taken.why);
    images.push(taken.image);
    media.push(imageRefOf(taken.image));
    return `[${describedMedia(taken.image, media.length)}]`;
  }

  function lineOfFile(part: BinaryPart, content: Buffer): string {
    const what = `${part.what}${part.type === '' ? '' : ` ${part.type}`}, ${content.length} bytes`;
    if (content.length === 0) return `[${what}, left out: it is empty, or no base64]`;
    if (!keepsFiles) return `[${what}]`;
    if (content.length > MOST_FILE_BYTES) {
      return `[${what}, left out: a file may have at most ${MOST_FILE_BYTES} bytes]`;
    }
    if (files.length === MOST_FILES) return `[${what}, left out: of a result at most ${MOST_FILES} files are kept]`;
    const { file, facts } = readFile(content, part.type);
    files.push(file);
    if (facts === undefined) return `[${what}, kept as ${file.id}]`;
    media.push({ ...facts, id: file.id, bytes: content.length });
    return `[${describedMedia(facts, media.length)}, ${content.length} bytes, kept as ${file.id}]`;
  }

  const lines = parts.map((part) => {
    if (part.kind !== 'binary') return undefined;
    const content = Buffer.from(part.data, 'base64');
    return isImage(part) ? lineOfImage(part, content) : lineOfFile(part, content);
  });
  return { images, files, media, lines };
}

function isImage({ what, type }: BinaryPart): boolean {
  return what === 'image' || type.startsWith('image/');
}
