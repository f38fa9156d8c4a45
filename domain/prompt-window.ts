import { type CountedImage, type ImageInput, shownImages } from './images/image-window.ts';
import { imageTokensOf } from './input-bound.ts';
import { messageLevel, type SizedWindow, type TurnSize, transcriptWindow } from './transcript-window.ts';

/** A window of texts and images. `bytes` are those of the texts. */
export interface SizedPrompt extends SizedWindow {
  readonly images: readonly CountedImage[];
}

/**
 * What fits the budget of a prompt: the images by `shownImages`, and beside them the texts by `transcriptWindow`. A text that is
 * left out takes its images along.
 * @param input undefined: the model takes no images
 */
export function promptWindow(
  turns: readonly TurnSize[],
  budgetTokens: number,
  input: ImageInput | undefined,
): SizedPrompt {
  const chosen = shownImages(turns, input, budgetTokens);
  const sized = transcriptWindow(turns, budgetTokens - imageTokensOf(chosen.images));
  const images = chosen.images.filter(({ turn, place }) =>
    place === 'result' ? turn >= sized.window.firstTurn : messageLevel(turn, sized.window) !== 'left_out',
  );
  return {
    ...sized,
    window: { ...sized.window, images: chosen.window, imageTokens: imageTokensOf(images) },
    tokens: sized.tokens + imageTokensOf(images),
    images,
  };
}

/** How many of the images of the latest message the prompt shows. */
export function latestMessageImages({
  window,
  images,
}: Pick<SizedWindow, 'window'> & Pick<SizedPrompt, 'images'>): number {
  return images.filter(({ turn, place }) => place === 'message' && turn === window.latestMessageTurn).length;
}
