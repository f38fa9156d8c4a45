import { APICallError } from '@ai-sdk/provider';
import type { DialectSettings } from '../contract/provider-options.ts';
import type { MediaKind } from '../domain/media/media-ref.ts';

/** Templates that throw answer 500, and a router that finds no server which takes images 404. */
const OF_THE_REQUEST: ReadonlySet<number | undefined> = new Set([400, 404, 415, 422, 500]);

/** The messages of such a server are texts, and have no place for a list of parts. */
const TEXTS_ONLY = /(content|input)[^.]{0,40}(must be|should be|expected|to be) (a )?(valid )?string/i;

const TAKES_NONE: readonly RegExp[] = [
  /(not|n't|no endpoints found that) (support|accept|take|allow|handle)[^.]{0,30}\b(image|vision|multi-?modal)/i,
  /\b(image(_url|s)?|vision|image (input|understanding)( modality)?|multi-?modal(ity)?( input)?s?)\b[^.]{0,30}\b(is|are|was|isn't|aren't)? ?(not|only) (supported|enabled|allowed|available|accepted)/i,
  /not a (multi-?modal|vision)/i,
  /missing data required for image input/i,
  /unknown (variant|type|content)[^.]{0,20}\bimage/i,
  TEXTS_ONLY,
];
/** Words for a fault of one image, and not of images as such. A name in JSON is none of these words. */
const OF_ONE_IMAGE = /\b(format|mime|media|type|size|dimensions?|resolution|data|file|url|base64|bytes|pixels)\b(?!")/i;
/** The number of characters before a match that belong to its sentence. */
const LOOK_BACK = 24;
const MOST = /(at most|up to|maximum( number)? of|limit of|more than) (\d{1,3}) image/i;
const UNREADABLE: readonly RegExp[] = [
  /(could not|couldn't|unable to|can ?not|can't|failed to|error) (process|decod|read|load|open|pars|identify|fetch|download)[^.]{0,40}(image|audio|sound|pdf|document|file)/i,
  /(image|audio|pdf|document|file)[^.]{0,80}(invalid|corrupt|damaged|unsupported|not supported|not valid|could not|cannot|too (large|small|big|many)|exceed|does not match|mismatch)/i,
  /(invalid|unsupported|corrupt(ed)?|not a valid)[^.]{0,30}(image|audio|pdf|document|file)/i,
];

/** Patterns for the refusals of a server that takes no sounds, or no documents. @param words those that stand for the kind */
function takesNo(words: string): readonly RegExp[] {
  return [
    new RegExp(`(not|n't|no endpoints found that) (support|accept|take|allow|handle)[^.]{0,30}\\b(${words})\\b`, 'i'),
    new RegExp(`\\b(${words})\\b[^.]{0,30}\\b(not|only) (supported|enabled|allowed|available|accepted)`, 'i'),
    new RegExp(`(unknown|invalid|unsupported) (variant|type|content|value)[^.]{0,20}\\b(${words})\\b`, 'i'),
  ];
}
const TAKES_NO_SOUNDS = takesNo('input_audio|audio|sounds?');
const TAKES_NO_DOCUMENTS = takesNo('pdfs?|application/pdf|documents?|files?|file_data');
/** Words for a fault of one sound or document, and not of the kind as such. */
const OF_ONE_FILE =
  /\b(format|size|corrupt(ed)?|damaged|encrypted|password|base64|bytes|pages|too (large|long|big|many))\b/i;

/**
 * The settings that a refusal teaches: of images, sounds and documents the server takes none, or fewer images. Undefined: the
 * refusal does not speak of them.
 * @param shown what the request showed
 */
export function refusedMedia(
  status: number | undefined,
  words: string,
  shown: ReadonlySet<MediaKind>,
): DialectSettings | undefined {
  if (shown.size === 0 || !OF_THE_REQUEST.has(status)) return undefined;
  const settings: DialectSettings = {};
  const textsOnly = TEXTS_ONLY.test(words);
  const isOfFiles = (patterns: readonly RegExp[]) =>
    textsOnly || (!OF_ONE_FILE.test(words) && patterns.some((each) => each.test(words)));
  const mostImages = shown.has('image') ? imageLimitTold(words) : undefined;
  if (mostImages !== undefined) settings.max_images = mostImages;
  if (shown.has('sound') && isOfFiles(TAKES_NO_SOUNDS)) settings.audio = false;
  if (shown.has('document') && isOfFiles(TAKES_NO_DOCUMENTS)) settings.files = false;
  return Object.keys(settings).length === 0 ? undefined : settings;
}

/** The most images that a server takes in a request, by its refusal of one. Undefined: the refusal does not say. */
function imageLimitTold(words: string): number | undefined {
  const most = MOST.exec(words)?.[3];
  if (most !== undefined) return Number(most);
  return TAKES_NONE.some((each) => isOfAllImages(words, each)) ? 0 : undefined;
}

function isOfAllImages(words: string, takesNone: RegExp): boolean {
  const match = takesNone.exec(words);
  if (match === null) return false;
  const before = words
    .slice(Math.max(0, match.index - LOOK_BACK), match.index)
    .split('. ')
    .at(-1);
  return !OF_ONE_IMAGE.test(before + match[0]);
}

/** True when a provider refused a request because of an image, a sound or a document in it. */
export function isMediaUnreadable(error: unknown): boolean {
  if (!APICallError.isInstance(error) || !OF_THE_REQUEST.has(error.statusCode)) return false;
  const words = error.responseBody ?? '';
  return [...UNREADABLE, ...TAKES_NONE, ...TAKES_NO_SOUNDS, ...TAKES_NO_DOCUMENTS].some((each) => each.test(words));
}
