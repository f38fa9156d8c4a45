import type { PixelSize } from './image-ref.ts';

/**
 * How the provider of a model counts the tokens of an image. None of them counts the bytes of the file, so the bytes of a
 * request bound its text only.
 */
export type ImageCounting =
  /** Anthropic: a token for 750 pixels, of an image that is scaled down first. */
  | { readonly by: 'area' }
  /** OpenAI up to gpt-5: a base and squares of 512 pixels, of an image that is scaled to 2,048 × 768. */
  | { readonly by: 'tiles'; readonly base: number; readonly perTile: number }
  /** OpenAI's small and newest models: squares of 32 pixels, of an image that is scaled down to `most` of them. */
  | { readonly by: 'patches'; readonly most: number; readonly percent: number }
  /** Google: 258 tokens for each crop of up to 768 pixels, and for newer models one amount for every image. */
  | { readonly by: 'crops' }
  /** A model whose maker is not known to us. */
  | { readonly by: 'unknown' };

/** Newer models of Anthropic scale down to 4,784 tokens, earlier ones to 1,600. */
const MOST_AREA_TOKENS = 4_784;
const PIXELS_PER_TOKEN = 750;
const AREA_PATCH_PIXELS = 28;
const CROP_TOKENS = 258;
const LEAST_CROPPED_TOKENS = 1_120;
/**
 * Open models scale images up to a fixed size or leave them as they are: Llama 3.2 takes 6,404 tokens for four tiles, LLaVA
 * 2,928, InternVL 3,328, Pixtral 4,160; Qwen one for 28 × 28 pixels up to 16,384.
 */
const LEAST_UNKNOWN_TOKENS = 6_500;
const MOST_UNKNOWN_TOKENS = 16_500;
/** For the marks around an image. */
const FRAME_TOKENS = 16;

/** The most tokens that a provider can bill for an image (I4), by the rules that their makers publish. */
export function imageTokensBound(counting: ImageCounting, size: PixelSize): number {
  return FRAME_TOKENS + tokensOf(counting, size);
}

function tokensOf(counting: ImageCounting, { width, height }: PixelSize): number {
  switch (counting.by) {
    case 'area': {
      const byArea = Math.ceil((width * height) / PIXELS_PER_TOKEN);
      return Math.min(MOST_AREA_TOKENS, Math.max(byArea, squares({ width, height }, AREA_PATCH_PIXELS)));
    }
    case 'tiles': {
      // The longest side that an image can have whose shorter side is scaled to 768 pixels, up as well as down.
      const long = Math.min(2_048, (768 * Math.max(width, height)) / Math.min(width, height));
      return counting.base + counting.perTile * 2 * Math.ceil(long / 512);
    }
    case 'patches':
      return Math.ceil((Math.min(counting.most, squares({ width, height }, 32)) * counting.percent) / 100);
    case 'crops': {
      const side = Math.min(768, Math.max(256, Math.floor(Math.min(width, height) / 1.5)));
      return Math.max(LEAST_CROPPED_TOKENS, CROP_TOKENS * squares({ width, height }, side));
    }
    case 'unknown': {
      const rows = Math.ceil(height / AREA_PATCH_PIXELS);
      // Some mark the end of each row.
      const patches = squares({ width, height }, AREA_PATCH_PIXELS) + rows;
      return Math.min(MOST_UNKNOWN_TOKENS, Math.max(LEAST_UNKNOWN_TOKENS, patches));
    }
  }
}

function squares({ width, height }: PixelSize, side: number): number {
  return Math.ceil(width / side) * Math.ceil(height / side);
}
