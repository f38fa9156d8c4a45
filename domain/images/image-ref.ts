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
