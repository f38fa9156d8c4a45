import type { Dialect } from './dialect.ts';
import type { PromptImage, TranscriptMessage } from './model-call.ts';

/**
 * The messages with the data of those images only that the server takes: none in results of tools where the protocol has no
 * place for them, and of all others the newest, as many as it takes. A line stands in place of an image without data.
 */
export function showingImages(
  messages: readonly TranscriptMessage[],
  { toolImages, mostImages = Number.POSITIVE_INFINITY }: Pick<Dialect, 'toolImages' | 'mostImages'>,
): readonly TranscriptMessage[] {
  if (!messages.some((message) => imagesOf(message).length > 0)) return messages;
  let left = mostImages;
  return messages
    .toReversed()
    .map((message) => {
      if (message.role === 'assistant') return message;
      const mayShow = message.role === 'user' || toolImages;
      const images = imagesOf(message)
        .toReversed()
        .map((image) => {
          const isShown = mayShow && image.data !== undefined && left > 0;
          if (isShown) left -= 1;
          return isShown ? image : { ...image, data: undefined };
        })
        .toReversed();
      return { ...message, images };
    })
    .toReversed();
}

/** The images of a message, with or without data. */
export function imagesOf(message: TranscriptMessage): readonly PromptImage[] {
  return message.role === 'assistant' ? [] : (message.images ?? []);
}

/** The messages with a line in place of each image. */
export function withoutImages(messages: readonly TranscriptMessage[]): readonly TranscriptMessage[] {
  return showingImages(messages, { toolImages: false, mostImages: 0 });
}

export interface ImageLoad {
  readonly count: number;
  readonly bytes: number;
}

/** How many images are shown, and how many bytes of a request their data takes. */
export function imageLoad(messages: readonly TranscriptMessage[]): ImageLoad {
  const data = messages.flatMap((message) => imagesOf(message).flatMap((image) => image.data ?? []));
  return { count: data.length, bytes: data.reduce((sum, { length }) => sum + length, 0) };
}
