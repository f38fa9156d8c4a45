import { type MediaKind, mediaKindOf } from '../domain/media/media-ref.ts';
import { type Dialect, everyKind } from './dialect.ts';
import type { PromptMedia, TranscriptMessage } from './model-call.ts';

/**
 * The messages with the data of what the server takes: nothing in results of tools where the protocol has no place for it, and
 * of all images the newest, as many as it takes. A line stands in place of what has no data.
 */
export function showingMedia(
  messages: readonly TranscriptMessage[],
  { toolMedia, sounds, documents, mostImages = Number.POSITIVE_INFINITY }: MediaDialect,
): readonly TranscriptMessage[] {
  if (!messages.some((message) => mediaOf(message).length > 0)) return messages;
  let imagesLeft = mostImages;
  const isTaken: Readonly<Record<MediaKind, () => boolean>> = {
    image: () => imagesLeft > 0,
    sound: () => sounds !== false,
    document: () => documents !== false,
  };
  return messages
    .toReversed()
    .map((message) => {
      if (message.role === 'assistant') return message;
      const images = mediaOf(message)
        .toReversed()
        .map((each) => {
          const kind = mediaKindOf(each);
          const hasPlace = message.role === 'user' || toolMedia[kind] !== 'none';
          const isShown = hasPlace && each.data !== undefined && isTaken[kind]();
          if (isShown && kind === 'image') imagesLeft -= 1;
          return isShown ? each : { ...each, data: undefined };
        })
        .toReversed();
      return { ...message, images };
    })
    .toReversed();
}

type MediaDialect = Pick<Dialect, 'toolMedia' | 'sounds' | 'documents' | 'mostImages'>;

/** The images, sounds and documents of a message, with or without data. */
export function mediaOf(message: TranscriptMessage): readonly PromptMedia[] {
  return message.role === 'assistant' ? [] : (message.images ?? []);
}

/** The messages with a line in place of each image, sound and document. */
export function withoutMedia(messages: readonly TranscriptMessage[]): readonly TranscriptMessage[] {
  return showingMedia(messages, { toolMedia: everyKind('none'), mostImages: 0, sounds: false, documents: false });
}

export interface MediaLoad {
  readonly count: number;
  readonly kinds: ReadonlySet<MediaKind>;
  readonly bytes: number;
}

export const NO_MEDIA: MediaLoad = { count: 0, kinds: new Set(), bytes: 0 };

/** The number of images, sounds and documents that are shown, and the bytes of a request that their data takes. */
export function mediaLoad(messages: readonly TranscriptMessage[]): MediaLoad {
  const shown = messages.flatMap(mediaOf).filter(({ data }) => data !== undefined);
  return {
    count: shown.length,
    kinds: new Set(shown.map(mediaKindOf)),
    bytes: shown.reduce((sum, { data = '' }) => sum + data.length, 0),
  };
}
