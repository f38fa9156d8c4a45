import type { PixelSize } from '../images/image-ref.ts';
import { latestAnswered, type TurnSize } from '../transcript-window.ts';
import { type DocumentLength, type MediaKind, mediaKindOf, type SoundLength } from './media-ref.ts';
import { type MediaCounting, mediaTokensBound } from './media-tokens.ts';

/** The facts from which each model's count of an image, a sound or a document in a prompt is worked out. */
export type MediaSize = (PixelSize | SoundLength | DocumentLength) & { readonly bytes: number };

/** The images, sounds and documents of a turn: of its messages in order, and of the results of its answer in call order. */
export interface TurnMedia {
  readonly messages: readonly MediaSize[];
  readonly results: readonly MediaSize[];
}

/** The rules by which a model takes images, sounds and documents. */
export interface MediaInput {
  readonly counting: MediaCounting;
  /** The kinds that it is shown of messages. */
  readonly inMessages: readonly MediaKind[];
  /** The kinds that it is shown of results of tools: some protocols have no place for them there. */
  readonly inResults: readonly MediaKind[];
  /** The most of one request. */
  readonly most: number;
}

/** Which images, sounds and documents of the transcript a prompt shows. A line stands in place of every other. */
export interface MediaWindow {
  /** Those before this place are not shown. `fromIndex` counts all of the turn, those of messages first. */
  readonly fromTurn: number;
  readonly fromIndex: number;
  /** The images of the latest message before this one are not shown; the others are, wherever they are. */
  readonly latestMessageFrom: number;
  /** The kinds that are shown of messages. Absent: images, which are all that a version before knew. */
  readonly inMessages?: readonly MediaKind[] | undefined;
  /** The kinds that are shown of results. True: images, as a version before wrote it. */
  readonly inResults: boolean | readonly MediaKind[];
}

/** An image, a sound or a document that a prompt shows. */
export interface CountedMedia {
  readonly turn: number;
  readonly place: MediaPlace;
  /** A bound on what the provider bills for it. */
  readonly tokens: number;
  /** A bound on what it takes in the body of a request. */
  readonly bytes: number;
}

export type MediaPlace = 'message' | 'result';
const PLACES: readonly MediaPlace[] = ['message', 'result'];

export interface ShownMedia {
  /** Null: the model takes none, or there are none. */
  readonly window: MediaWindow | null;
  readonly images: readonly CountedMedia[];
}

/** Beyond so many, Anthropic takes smaller images only. */
export const MOST_MEDIA_PER_REQUEST = 20;
/** Google takes requests of 20 MB, Anthropic of 32 MB. In base64 this is a third more. */
const MOST_MEDIA_BYTES_PER_REQUEST = 6 * 1024 * 1024;
/** The images of the latest message and of the latest results may take so much of a prompt, at the cost of older texts. */
const CURRENT_SHARE = 0.5;
/** The border moves by so many images at once. Between two moves the prompt only grows at its end, so prompt caches hold. */
const STEP_IMAGES = 8;
/** A data URL, the JSON around it, the name of a file, and a line that a library or the prompt adds. */
const FRAME_BYTES = 384;

interface Candidate extends CountedMedia {
  readonly kind: MediaKind;
  readonly index: number;
}

/**
 * The images, sounds and documents that a prompt shows: all of them, if they fit beside all texts. Else those of the latest
 * message, then those of the latest results, then the newest that fit beside the whole texts: an old one gives way before an
 * old text does.
 * @param turns every turn of the session, the last of them the one that is to be answered
 */
export function shownMedia(
  turns: readonly TurnSize[],
  input: MediaInput | undefined,
  budgetTokens: number,
): ShownMedia {
  const candidates = input === undefined ? [] : candidatesOf(turns, input);
  if (input === undefined || candidates.length === 0) return { window: null, images: [] };
  const latestMessageTurn = turns.findLastIndex(({ messages }) => messages.whole[0] > 0);
  const isOfLatestMessage = ({ turn, place }: Candidate) => place === 'message' && turn === latestMessageTurn;
  const latest = latestAnswered(turns);
  const isOfLatestResults = ({ turn, place }: Candidate) => place === 'result' && turn === latest;
  const textTokens = turns.reduce(
    (sum, { messages, answer, results }) => sum + messages.whole[0] + answer[0] + results.whole[0],
    0,
  );

  const room = {
    count: input.most,
    bytes: MOST_MEDIA_BYTES_PER_REQUEST,
    tokens: Math.max(budgetTokens - textTokens, budgetTokens * CURRENT_SHARE),
  };
  const ofMessage = newestWithin(candidates.filter(isOfLatestMessage), room);
  const ofResults = newestWithin(candidates.filter(isOfLatestResults), lessen(room, ofMessage));
  const current = [...ofMessage, ...ofResults];
  const others = candidates.filter((each) => !isOfLatestMessage(each));
  const leftForOld = lessen({ ...room, tokens: budgetTokens - textTokens }, current);
  const old = others.filter((each) => !isOfLatestResults(each));
  const allResults = ofResults.length === candidates.filter(isOfLatestResults).length;
  const border = allResults ? oldBorder(old, ofResults[0], { left: leftForOld, budgetTokens }) : ofResults[0];

  const [firstOfMessage] = ofMessage;
  const window: MediaWindow = {
    fromTurn: border?.turn ?? turns.length,
    fromIndex: border?.index ?? 0,
    latestMessageFrom: firstOfMessage?.index ?? turns[latestMessageTurn]?.images?.messages.length ?? 0,
    inMessages: input.inMessages,
    inResults: input.inResults,
  };
  return { window, images: candidates.filter((each) => isMediaShown(each, window, latestMessageTurn)) };
}

/** True if the prompt with this window shows it. @param index counts as `fromIndex` does */
export function isMediaShown(
  { turn, place, index, kind }: Pick<Candidate, 'turn' | 'place' | 'index' | 'kind'>,
  window: MediaWindow,
  latestMessageTurn: number,
): boolean {
  if (!kindsAt(place, window).includes(kind)) return false;
  if (place === 'message' && turn === latestMessageTurn) return index >= window.latestMessageFrom;
  return turn > window.fromTurn || (turn === window.fromTurn && index >= window.fromIndex);
}

/** The kinds that a prompt with this window shows at a place. */
function kindsAt(place: MediaPlace, { inMessages, inResults }: MediaWindow): readonly MediaKind[] {
  if (place === 'message') return inMessages ?? ['image'];
  return typeof inResults === 'boolean' ? (inResults ? ['image'] : []) : inResults;
}

/** True if the later window shows no kind that the earlier one did not show at the same place. */
export function showsNoNewKind(later: MediaWindow, earlier: MediaWindow): boolean {
  return PLACES.every((place) => kindsAt(place, later).every((kind) => kindsAt(place, earlier).includes(kind)));
}

/** True if two prompts of the same turns show the same images, sounds and documents. */
export function isSameMediaWindow(one: MediaWindow | null | undefined, other: MediaWindow | null | undefined): boolean {
  if (one == null || other == null) return one == null && other == null;
  return (
    one.fromTurn === other.fromTurn &&
    one.fromIndex === other.fromIndex &&
    one.latestMessageFrom === other.latestMessageFrom &&
    showsNoNewKind(one, other) &&
    showsNoNewKind(other, one)
  );
}

function candidatesOf(turns: readonly TurnSize[], { counting, inMessages, inResults }: MediaInput): Candidate[] {
  return turns.flatMap(({ images }, turn) => {
    if (images === undefined) return [];
    const counted = (size: MediaSize, place: MediaPlace, index: number): Candidate => ({
      turn,
      place,
      index,
      kind: mediaKindOf(size),
      tokens: mediaTokensBound(counting, size),
      bytes: mediaWireBytes(size.bytes),
    });
    const all = [
      ...images.messages.map((size, index) => counted(size, 'message', index)),
      ...images.results.map((size, index) => counted(size, 'result', images.messages.length + index)),
    ];
    return all.filter(({ place, kind }) => (place === 'message' ? inMessages : inResults).includes(kind));
  });
}

/** An upper bound of the bytes that an image, a sound or a document takes in the body of a request, in any of the protocols. */
export function mediaWireBytes(bytes: number): number {
  return FRAME_BYTES + 4 * Math.ceil(bytes / 3);
}

interface Room {
  readonly count: number;
  readonly bytes: number;
  readonly tokens: number;
}

function lessen(room: Room, images: readonly CountedMedia[]): Room {
  return {
    count: room.count - images.length,
    bytes: images.reduce((left, { bytes }) => left - bytes, room.bytes),
    tokens: images.reduce((left, { tokens }) => left - tokens, room.tokens),
  };
}

/** The newest of the images, as many as there is room for. */
function newestWithin(images: readonly Candidate[], room: Room): readonly Candidate[] {
  let first = images.length;
  while (first > 0 && isWithin(images.slice(first - 1), room)) first -= 1;
  return images.slice(first);
}

function isWithin(images: readonly CountedMedia[], room: Room): boolean {
  const left = lessen(room, images);
  return left.count >= 0 && left.bytes >= 0 && left.tokens >= 0;
}

/**
 * The first old image that is shown, else the first current one. It is the very first while all fit. Later it lies a whole
 * number of steps behind the beginning, and the room is rounded, so that a short text moves nothing.
 */
function oldBorder(
  old: readonly Candidate[],
  firstCurrent: Candidate | undefined,
  { left, budgetTokens }: { readonly left: Room; readonly budgetTokens: number },
): Candidate | undefined {
  if (isWithin(old, left)) return old[0] ?? firstCurrent;
  const eighth = Math.max(1, Math.floor(budgetTokens / 8));
  const rounded = { ...left, tokens: Math.floor(left.tokens / eighth) * eighth };
  const kept = newestWithin(old, rounded).length;
  const first = Math.ceil((old.length - kept) / STEP_IMAGES) * STEP_IMAGES;
  return old[first] ?? firstCurrent;
}
