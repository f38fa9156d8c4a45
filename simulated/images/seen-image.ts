import type { PixelSize } from '../../domain/images/image-ref.ts';

/** An image of a request, as its protocol carries it. */
export interface CarriedImage {
  /** In base64. */
  readonly data: string;
  readonly mediaType: string;
  /** True when it is part of the result of a tool. */
  readonly inResult: boolean;
  /** Where in the body it stands, in the words of the provider. */
  readonly at: string;
}

/** An image that the provider takes. */
export interface SeenImage extends PixelSize {
  readonly mediaType: string;
  readonly inResult: boolean;
}

/** What a model says that it sees. */
export function describedImages(images: readonly SeenImage[]): string {
  const each = images.map(
    ({ mediaType, width, height, inResult }) => `${mediaType} ${width} × ${height}${inResult ? ' from a tool' : ''}`,
  );
  return `I see ${images.length} image${images.length === 1 ? '' : 's'}: ${each.join(', ')}.`;
}
