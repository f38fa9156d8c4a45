import type { PixelSize } from '../../domain/images/image-ref.ts';
import { type DocumentFacts, type MediaKind, type SoundFacts, sizeInWords } from '../../domain/media/media-ref.ts';

/** An image, a sound or a document of a request, as its protocol carries it. */
export interface CarriedMedia {
  readonly kind: MediaKind;
  /** The content in base64. */
  readonly data: string;
  readonly mediaType: string;
  /** True when it is part of the result of a tool. */
  readonly inResult: boolean;
  /** The place where it stands in the body, in the words of the provider. */
  readonly at: string;
}

/** An image that the provider takes. */
export interface SeenImage extends PixelSize {
  readonly mediaType: string;
  readonly inResult: boolean;
}

/** A sound or a document that the provider takes. */
export type SeenFile = (SoundFacts | DocumentFacts) & { readonly inResult: boolean };

/** The words of a model about what it hears and reads. */
export function describedFiles(files: readonly SeenFile[]): string {
  const each = files.map((file) => `${file.mediaType} of ${sizeInWords(file)}${file.inResult ? ' from a tool' : ''}`);
  return `I have ${files.length} file${files.length === 1 ? '' : 's'}: ${each.join(', ')}.`;
}

/** The words of a model about what it sees. */
export function describedImages(images: readonly SeenImage[]): string {
  const each = images.map(
    ({ mediaType, width, height, inResult }) => `${mediaType} ${width} × ${height}${inResult ? ' from a tool' : ''}`,
  );
  return `I see ${images.length} image${images.length === 1 ? '' : 's'}: ${each.join(', ')}.`;
}
