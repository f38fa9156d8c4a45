import type { ImageCounting } from '../domain/images/image-tokens.ts';
import type { MediaKind } from '../domain/media/media-ref.ts';
import { UNKNOWN_SOUND_TOKENS_PER_SECOND } from '../domain/media/media-tokens.ts';
import { type MediaInput, MOST_MEDIA_PER_REQUEST } from '../domain/media/media-window.ts';
import type { Dialect } from './dialect.ts';

/** The capabilities of models that are shown images, sounds and documents. */
const CAPABILITIES: Readonly<Record<MediaKind, string>> = { image: 'images', sound: 'audio', document: 'files' };

/** Makers list which of their models take images; the price table does not. The names are those behind the last slash. */
const TAKE_IMAGES: readonly RegExp[] = [
  /^claude-(?!2|instant)/,
  /^(chatgpt-4o|gpt-4o|gpt-4\.[15]|gpt-4-turbo|gpt-[5-9]|o1(?!-mini|-preview)|o3(?!-mini)|o4)/,
  /^(gemini-(1\.5|[2-9])|gemma-?[34])/,
  /^(pixtral|llava|bakllava|internvl|minicpm-v|molmo|moondream|paligemma|kimi-vl|kimi-k2\.5)/,
  /^(llama-?4|grok-[4-9]|mistral-small-3|mistral-medium-3|glm-\d(\.\d)?v)/,
  /(vl\b|-vl-|[-.]vision)/,
];

/** Models of these names hear. */
const TAKE_SOUNDS: readonly RegExp[] = [
  /^(gemini-(1\.5|[2-9])|gemma-?3n)/,
  /^gpt-(4o(-mini)?-audio|audio)/,
  /^(voxtral|ultravox|qwen2-audio|phi-4-multimodal)/,
  /^qwen[\d.]*-omni/,
];

/** Models of these names read PDF. */
const TAKE_DOCUMENTS: readonly RegExp[] = [
  /^claude-(?!2|instant|3-(opus|sonnet|haiku))/,
  /^gemini-(1\.5|[2-9])/,
  /^(chatgpt-4o|gpt-4o(?!(-mini)?-audio)|gpt-4\.[15]|gpt-[5-9]|o1(?!-mini|-preview)|o3(?!-mini)|o4)/,
];

const TAKE: Readonly<Record<MediaKind, readonly RegExp[]>> = {
  image: TAKE_IMAGES,
  sound: TAKE_SOUNDS,
  document: TAKE_DOCUMENTS,
};

/** The first that matches decides: tokens for a second of sound. */
const SOUND_TOKENS: readonly (readonly [name: RegExp, perSecond: number])[] = [
  [/^(gemini-|gemma)/, 32],
  [/^gpt-/, 10],
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

/** The capabilities that the name of a model tells, for models whose capabilities nobody has given. */
export function mediaCapabilitiesOf(model: string): readonly string[] {
  const name = nameOf(model);
  return MEDIA_KINDS.filter((kind) => TAKE[kind].some((each) => each.test(name))).map((kind) => CAPABILITIES[kind]);
}

const MEDIA_KINDS: readonly MediaKind[] = ['image', 'sound', 'document'];

export interface MediaTaken {
  readonly capabilities: readonly string[];
  readonly dialect: Pick<Dialect, 'toolMedia' | 'sounds' | 'documents' | 'mostImages'>;
  /** The price of a token of a sound, in percent of the price of one of a text. */
  readonly soundPricePercent?: number | undefined;
}

/** The rules by which a model takes images, sounds and documents. Undefined: it takes none. */
export function mediaInputOf(
  model: string,
  { capabilities, dialect, soundPricePercent = 100 }: MediaTaken,
): MediaInput | undefined {
  const { mostImages = MOST_MEDIA_PER_REQUEST } = dialect;
  const isTaken: Readonly<Record<MediaKind, boolean>> = {
    image: mostImages > 0,
    sound: dialect.sounds !== false,
    document: dialect.documents !== false,
  };
  const inMessages = MEDIA_KINDS.filter((kind) => capabilities.includes(CAPABILITIES[kind]) && isTaken[kind]);
  if (inMessages.length === 0) return undefined;
  const name = nameOf(model);
  const images = COUNTINGS.find(([each]) => each.test(name))?.[1] ?? { by: 'unknown' };
  const soundTokensPerSecond = SOUND_TOKENS.find(([each]) => each.test(name))?.[1] ?? UNKNOWN_SOUND_TOKENS_PER_SECOND;
  return {
    counting: { images, soundTokensPerSecond, soundPricePercent },
    inMessages,
    inResults: inMessages.filter((kind) => dialect.toolMedia[kind] !== 'none'),
    most: inMessages.includes('image') ? Math.min(mostImages, MOST_MEDIA_PER_REQUEST) : MOST_MEDIA_PER_REQUEST,
  };
}

/** Behind a proxy the maker stands before the name: `openai/gpt-4o`. */
function nameOf(model: string): string {
  return model.toLowerCase().split('/').at(-1) ?? '';
}
