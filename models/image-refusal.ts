import { APICallError } from '@ai-sdk/provider';

/** Templates that throw answer 500, and a router that finds no server which takes images 404. */
const OF_THE_REQUEST: ReadonlySet<number | undefined> = new Set([400, 404, 415, 422, 500]);

const TAKES_NONE: readonly RegExp[] = [
  /(not|n't|no endpoints found that) (support|accept|take|allow|handle)[^.]{0,30}\b(image|vision|multi-?modal)/i,
  /\b(image(_url|s)?|vision|image (input|understanding)( modality)?|multi-?modal(ity)?( input)?s?)\b[^.]{0,30}\b(is|are|was|isn't|aren't)? ?(not|only) (supported|enabled|allowed|available|accepted)/i,
  /not a (multi-?modal|vision)/i,
  /missing data required for image input/i,
  /unknown (variant|type|content)[^.]{0,20}\bimage/i,
  // Servers whose messages are texts, and have no place for a list of parts.
  /(content|input)[^.]{0,40}(must be|should be|expected|to be) (a )?(valid )?string/i,
];
/** Words for a fault of one image, and not of images as such. A name in JSON is none of these words. */
const OF_ONE_IMAGE = /\b(format|mime|media|type|size|dimensions?|resolution|data|file|url|base64|bytes|pixels)\b(?!")/i;
/** How many characters before a match belong to its sentence. */
const LOOK_BACK = 24;
const MOST = /(at most|up to|maximum( number)? of|limit of|more than) (\d{1,3}) image/i;
const UNREADABLE: readonly RegExp[] = [
  /(could not|couldn't|unable to|can ?not|can't|failed to|error) (process|decod|read|load|open|pars|identify|fetch|download)[^.]{0,40}image/i,
  /image[^.]{0,80}(invalid|corrupt|damaged|unsupported|not supported|not valid|could not|cannot|too (large|small|big|many)|exceed|does not match|mismatch)/i,
  /(invalid|unsupported|corrupt(ed)?|not a valid)[^.]{0,30}image/i,
];

/** The most images that a server takes in a request, by its refusal of one. Undefined: the refusal does not say. */
export function imageLimitTold(status: number | undefined, words: string): number | undefined {
  if (!OF_THE_REQUEST.has(status)) return undefined;
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

/** True when a provider refused a request because of an image in it. */
export function isImageUnreadable(error: unknown): boolean {
  if (!APICallError.isInstance(error) || !OF_THE_REQUEST.has(error.statusCode)) return false;
  const words = error.responseBody ?? '';
  return [...UNREADABLE, ...TAKES_NONE].some((each) => each.test(words));
}
