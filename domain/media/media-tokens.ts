import type { PixelSize } from '../images/image-ref.ts';
import { type ImageCounting, imageTokensBound } from '../images/image-tokens.ts';
import type { DocumentLength, SoundLength } from './media-ref.ts';

/** The rules by which the provider of a model counts images, sounds and documents. */
export interface MediaCounting {
  readonly images: ImageCounting;
  /** Google takes 32 tokens for a second, OpenAI 10, and open models up to 25. */
  readonly soundTokensPerSecond: number;
  /** The price of a token of a sound, in percent of the price of one of a text. */
  readonly soundPricePercent: number;
}

export const UNKNOWN_SOUND_TOKENS_PER_SECOND = 50;
/** For the marks around a sound. */
const FRAME_TOKENS = 16;
/** Anthropic names 1,500 to 3,000 tokens for the text of a page. */
const TEXT_TOKENS_OF_PAGE = 3_000;
/** For models of Google, a page counts as one image and its text as nothing. */
const CROPPED_PAGE_TOKENS = 1_120;
/** A page of paper as providers make an image of it. */
const PAGE: PixelSize = { width: 1_700, height: 2_200 };

/**
 * A bound on what a provider bills for an image, a sound or a document, in tokens of text (I4), by the rules that their makers
 * publish. Tokens of a sound may have a price of their own.
 */
export function mediaTokensBound(counting: MediaCounting, size: PixelSize | SoundLength | DocumentLength): number {
  if ('durationMs' in size) {
    const tokens = FRAME_TOKENS + Math.ceil((size.durationMs * counting.soundTokensPerSecond) / 1_000);
    return Math.ceil((tokens * Math.max(100, counting.soundPricePercent)) / 100);
  }
  if ('pages' in size) return FRAME_TOKENS + size.pages * pageTokensBound(counting.images);
  return imageTokensBound(counting.images, size);
}

function pageTokensBound(counting: ImageCounting): number {
  if (counting.by === 'crops') return CROPPED_PAGE_TOKENS;
  return TEXT_TOKENS_OF_PAGE + imageTokensBound(counting, PAGE);
}
