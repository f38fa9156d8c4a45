import type { NewImage } from '../../domain/images/image-ref.ts';
import { readImage } from '../../domain/images/read-image.ts';

/** Anthropic takes 5 MB of an image in base64. */
const MOST_BYTES = 3_700_000;

export type TakenImage =
  | { readonly kind: 'taken'; readonly image: NewImage }
  | { readonly kind: 'left_out'; readonly why: string };

/** An image of a result that a model may be shown. Servers often give a wrong type, so the first bytes decide. */
export function takenImage(content: Buffer): TakenImage {
  if (content.length > MOST_BYTES) return { kind: 'left_out', why: `an image may have at most ${MOST_BYTES} bytes` };
  const read = readImage(content);
  if (read.kind === 'invalid') return { kind: 'left_out', why: `it ${read.why}` };
  return { kind: 'taken', image: { ...read.facts, content } };
}
