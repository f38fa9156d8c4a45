import type { PixelSize } from '../../domain/images/image-ref.ts';
import { readImage } from '../../domain/images/read-image.ts';
import type { ModelProtocol } from '../../models/model-call.ts';
import { RefusedRequest } from '../conversation.ts';
import type { CarriedMedia, SeenImage } from './seen-media.ts';

interface ImageRules {
  readonly most: number;
  /** Bytes of one image in base64. */
  readonly mostBytes: number;
  readonly refusal: (image: CarriedMedia, why: string) => string;
  /** Counts the tokens of an image as the maker of the protocol does, after its documentation. */
  readonly tokens: (size: PixelSize) => number;
}

const RULES: Readonly<Record<ModelProtocol, ImageRules>> = {
  'openai-chat': {
    most: 500,
    mostBytes: 50 * 1024 * 1024,
    refusal: ({ at }, why) =>
      `${at}: You uploaded an unsupported image. Please make sure your image is valid. It ${why}.`,
    tokens(size) {
      const fitted = scaledTo(size, Math.min(1, 2_048 / Math.max(size.width, size.height)));
      const { width, height } = scaledTo(fitted, Math.min(1, 768 / Math.min(fitted.width, fitted.height)));
      return 85 + 170 * Math.ceil(width / 512) * Math.ceil(height / 512);
    },
  },
  'anthropic-messages': {
    most: 100,
    mostBytes: 5 * 1024 * 1024,
    refusal: ({ at }, why) => `${at}: Could not process image. It ${why}.`,
    tokens(size) {
      const { width, height } = scaledTo(size, Math.min(1, 1_568 / Math.max(size.width, size.height)));
      return Math.min(1_600, Math.ceil((width * height) / 750));
    },
  },
  'google-generate': {
    most: 3_600,
    mostBytes: 20 * 1024 * 1024,
    refusal: ({ at }, why) => `* GenerateContentRequest.${at}: Unable to process input image. It ${why}.`,
    tokens({ width, height }) {
      if (width <= 384 && height <= 384) return 258;
      const crop = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
      return 258 * Math.ceil(width / crop) * Math.ceil(height / crop);
    },
  },
};

/** Reads the images of a request as the provider does. @throws RefusedRequest where the real one answers 400 */
export function seenImages(protocol: ModelProtocol, images: readonly CarriedMedia[]): SeenImage[] {
  const { most, mostBytes, refusal } = RULES[protocol];
  if (images.length > most) throw new RefusedRequest(`Too many images: at most ${most} images are taken.`);
  return images.map((image) => {
    if (image.data.length > mostBytes) throw new RefusedRequest(refusal(image, `exceeds ${mostBytes} bytes`));
    if (!/^[A-Za-z0-9+/]+={0,2}$/.test(image.data)) throw new RefusedRequest(refusal(image, 'is not base64'));
    const read = readImage(Buffer.from(image.data, 'base64'));
    if (read.kind === 'invalid') throw new RefusedRequest(refusal(image, read.why));
    const { mediaType, width, height } = read.facts;
    if (mediaType !== image.mediaType)
      throw new RefusedRequest(refusal(image, `is ${mediaType}, not ${image.mediaType}`));
    return { mediaType, width, height, inResult: image.inResult };
  });
}

/** The tokens that the provider counts for the images. */
export function imageTokens(protocol: ModelProtocol, images: readonly SeenImage[]): number {
  return images.reduce((sum, image) => sum + RULES[protocol].tokens(image), 0);
}

function scaledTo({ width, height }: PixelSize, factor: number): PixelSize {
  return { width: Math.round(width * factor), height: Math.round(height * factor) };
}
