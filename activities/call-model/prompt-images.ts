import type { Tx } from '../../db/database.ts';
import { readImages } from '../../db/queries/image.ts';
import type { PromptTurn } from '../../db/queries/prompt-transcript.ts';
import type { ImageRef } from '../../domain/images/image-ref.ts';
import { imageTokensBound } from '../../domain/images/image-tokens.ts';
import { type ImagePlace, isImageShown } from '../../domain/images/image-window.ts';
import type { TranscriptWindow } from '../../domain/transcript-window.ts';
import type { PromptImage, TranscriptMessage } from '../../models/model-call.ts';
import type { OfferedModel } from '../../models/model-registry.ts';
import { imagesOf } from '../../models/shown-images.ts';
import type { PromptTranscript } from './kept-transcripts.ts';

/** The images of a turn, by the message or the result that they belong to. Undefined: it has none. */
export interface ImagePlaces {
  ofMessage(index: number): readonly PromptImage[] | undefined;
  ofResult(index: number): readonly PromptImage[] | undefined;
}

/** Images with their data where the window shows them. @param data in base64, by id */
export function imagePlaces(
  { turn, messageImages, results }: PromptTurn,
  window: TranscriptWindow | null,
  data: ReadonlyMap<string, string>,
): ImagePlaces {
  const inMessages = messageImages ?? [];
  const promptImage = (image: ImageRef, place: ImagePlace, index: number): PromptImage => {
    const { mediaType, width, height } = image;
    return { mediaType, width, height, data: isShown(window, { turn, place, index }) ? data.get(image.id) : undefined };
  };
  return {
    ofMessage(message) {
      const images = inMessages.flatMap((image, index) =>
        image.message === message ? [promptImage(image, 'message', index)] : [],
      );
      return images.length === 0 ? undefined : images;
    },
    ofResult(result) {
      const before = (results ?? []).slice(0, result).reduce((sum, { images }) => sum + (images?.length ?? 0), 0);
      const images = results?.[result]?.images ?? [];
      if (images.length === 0) return undefined;
      return images.map((image, index) => promptImage(image, 'result', inMessages.length + before + index));
    },
  };
}

/** Reads the data of the images that a prompt shows. They are read for each request, since no worker keeps them. */
export async function shownImageData(
  tx: Tx,
  sessionId: string,
  { window, turns }: PromptTranscript,
): Promise<ReadonlyMap<string, string>> {
  if (window?.images == null) return new Map();
  const ids = turns.flatMap(({ turn, messageImages, results }) => {
    const inMessages = messageImages ?? [];
    const inResults = (results ?? []).flatMap(({ images }) => images ?? []);
    return [...inMessages, ...inResults].flatMap(({ id }, index) => {
      const place = index < inMessages.length ? 'message' : 'result';
      return isShown(window, { turn, place, index }) ? [id] : [];
    });
  });
  if (ids.length === 0) return new Map();
  const images = await readImages(tx, sessionId, [...new Set(ids)]);
  return new Map(images.map(({ id, content }) => [id, content.toString('base64')]));
}

/** How many images a prompt shows, with a bound on their tokens. */
export function shownImagesOf(
  messages: readonly TranscriptMessage[],
  { imageInput }: Pick<OfferedModel, 'imageInput'>,
): { readonly count: number; readonly tokens: number } {
  const shown = messages.flatMap(imagesOf).filter(({ data }) => data !== undefined);
  // A model whose registration changed since it was selected may have none.
  const counting = imageInput?.counting ?? { by: 'unknown' };
  return { count: shown.length, tokens: shown.reduce((sum, image) => sum + imageTokensBound(counting, image), 0) };
}

function isShown(
  window: TranscriptWindow | null,
  at: { readonly turn: number; readonly place: ImagePlace; readonly index: number },
): boolean {
  return window?.images != null && isImageShown(at, window.images, window.latestMessageTurn);
}
