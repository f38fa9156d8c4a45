import type { ImageMediaType } from '../../contract/images.ts';

export interface PixelSize {
  readonly width: number;
  readonly height: number;
}

/** What the header of an image says. */
export interface ImageFacts extends PixelSize {
  readonly mediaType: ImageMediaType;
}

/** An image that is stored with its session. Its bytes are in the table `image` and nowhere else. */
export interface ImageRef extends ImageFacts {
  /** It is made from the content, so a session keeps the same image once. */
  readonly id: string;
  readonly bytes: number;
}

/** An image that is about to be stored. */
export interface NewImage extends ImageFacts {
  readonly content: Buffer;
}

/**
 * What a model reads in place of an image that it is not shown: because it takes none, because its provider takes none at
 * that place, or because the prompt has no room.
 * @param number counts the images of a message or result from 1
 */
export function imageStandIn({ mediaType, width, height }: ImageFacts, number: number): string {
  return `[image ${number}: ${mediaType}, ${width} × ${height}, not shown to this model]`;
}

/** A bound on a stand-in in a prompt: tokens by our count, and bytes in JSON with the line break before it. */
export const STAND_IN_SIZE = [40, 96] as const;
