import { mediaTokensOf } from './input-bound.ts';
import { type CountedMedia, type MediaInput, shownMedia } from './media/media-window.ts';
import { messageLevel, type SizedWindow, type TurnSize, transcriptWindow } from './transcript-window.ts';

/** A window of texts and images. `bytes` are those of the texts. */
export interface SizedPrompt extends SizedWindow {
  readonly images: readonly CountedMedia[];
}

/**
 * The parts of a session that fit the budget of a prompt: the images by `shownMedia`, and beside them the texts by
 * `transcriptWindow`. A text that is left out takes its images along.
 * @param input undefined: the model takes no images
 */
export function promptWindow(
  turns: readonly TurnSize[],
  budgetTokens: number,
  input: MediaInput | undefined,
): SizedPrompt {
  const chosen = shownMedia(turns, input, budgetTokens);
  const sized = transcriptWindow(turns, budgetTokens - mediaTokensOf(chosen.images));
  const images = chosen.images.filter(({ turn, place }) =>
    place === 'result' ? turn >= sized.window.firstTurn : messageLevel(turn, sized.window) !== 'left_out',
  );
  return {
    ...sized,
    window: { ...sized.window, images: chosen.window, imageTokens: mediaTokensOf(images) },
    tokens: sized.tokens + mediaTokensOf(images),
    images,
  };
}

/** The number of images of the latest message that the prompt shows. */
export function latestMessageImages({
  window,
  images,
}: Pick<SizedWindow, 'window'> & Pick<SizedPrompt, 'images'>): number {
  return images.filter(({ turn, place }) => place === 'message' && turn === window.latestMessageTurn).length;
}
