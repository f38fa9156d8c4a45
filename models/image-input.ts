import type { ImageCounting } from '../domain/images/image-tokens.ts';
import { type ImageInput, MOST_IMAGES_PER_REQUEST } from '../domain/images/image-window.ts';

/** The capability of a model that is shown images. */
export const IMAGES = 'images';

/** Makers list which of their models take images; the price table does not. The names are those behind the last slash. */
const TAKE_IMAGES: readonly RegExp[] = [
  /^claude-(?!2|instant)/,
  /^(chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-4-turbo|gpt-[5-9]|o1(?!-mini|-preview)|o3(?!-mini)|o4)/,
  /^(gemini-(1\.5|[2-9])|gemma-?[34])/,
  /^(pixtral|llava|bakllava|internvl|minicpm-v|molmo|moondream|paligemma|kimi-vl|kimi-k2\.5)/,
  /^(llama-?4|grok-[4-9]|mistral-small-3|mistral-medium-3|glm-\d(\.\d)?v)/,
  /(vl\b|-vl-|[-.]vision)/,
];

/** The first that matches decides. https://platform.openai.com/docs/guides/images-vision has the figures of OpenAI. */
const COUNTINGS: readonly (readonly [name: RegExp, counting: ImageCounting])[] = [
  [/^claude-/, { by: 'area' }],
  [/^(gemini-|gemma-?[34])/, { by: 'crops' }],
  [/^gpt-4o-mini/, { by: 'tiles', base: 2_833, perTile: 5_667 }],
  [/^gpt-(4\.1|5)-mini/, { by: 'patches', most: 1_536, percent: 162 }],
  [/^gpt-(4\.1|5)-nano/, { by: 'patches', most: 1_536, percent: 246 }],
  [/^o4-mini/, { by: 'patches', most: 1_536, percent: 172 }],
  [/^(chatgpt-4o|gpt-4)/, { by: 'tiles', base: 85, perTile: 170 }],
  [/^o[13]/, { by: 'tiles', base: 75, perTile: 150 }],
  [/^gpt-5(\.1)?(-chat|-codex|-pro|-20|$)/, { by: 'tiles', base: 70, perTile: 140 }],
  // Later ones take up to 10,000 squares. The factor of the dearest model is taken for all.
  [/^gpt-[5-9]/, { by: 'patches', most: 10_000, percent: 246 }],
];

/** Tells by its name whether a model takes images, for models whose capabilities nobody has given. */
export function takesImages(model: string): boolean {
  const name = nameOf(model);
  return TAKE_IMAGES.some((each) => each.test(name));
}

/** How a model takes images. Undefined: it takes none. @param maxImages what its server takes at most, if that is known */
export function imageInputOf(
  model: string,
  {
    capabilities,
    inResults,
    maxImages = MOST_IMAGES_PER_REQUEST,
  }: { capabilities: readonly string[]; inResults: boolean; maxImages?: number | undefined },
): ImageInput | undefined {
  if (!capabilities.includes(IMAGES) || maxImages === 0) return undefined;
  const name = nameOf(model);
  const counting = COUNTINGS.find(([each]) => each.test(name))?.[1] ?? { by: 'unknown' };
  return { counting, inResults, most: Math.min(maxImages, MOST_IMAGES_PER_REQUEST) };
}

/** Behind a proxy the maker stands before the name: `openai/gpt-4o`. */
function nameOf(model: string): string {
  return model.toLowerCase().split('/').at(-1) ?? '';
}
