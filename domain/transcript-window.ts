import type { MediaWindow, TurnMedia } from './media/media-window.ts';
import type { Size } from './text-cut.ts';

/** The size of messages or results, whole and, where one of them is long enough to be cut, at each level of `CUT_LENGTHS`. */
export interface CuttableSize {
  readonly whole: Size;
  readonly levels: readonly Size[] | null;
}

/** What a turn takes in a prompt. The turn that is to be answered has messages only. */
export interface TurnSize {
  readonly messages: CuttableSize;
  readonly answer: Size;
  readonly results: CuttableSize;
  /** Absent: it has none. The sizes above count the line that stands in place of an image, for each of them. */
  readonly images?: TurnMedia | undefined;
  /** True for a turn that a rewind took out of the transcript: it has no size. */
  readonly gone?: true | undefined;
}

/** The index of the turn with the latest answer. -1: there is none. @param turns the last of them is to be answered */
export function latestAnswered(turns: readonly TurnSize[]): number {
  for (let index = turns.length - 2; index >= 0; index--) {
    if (turns[index]?.gone !== true) return index;
  }
  return -1;
}

/**
 * What a prompt shows of the transcript. It is stored with the selection and says everything: the same window of the same
 * turns is always the same prompt.
 */
export interface TranscriptWindow {
  /** The answers and results of the turns before this one are left out. */
  readonly firstTurn: number;
  /** The results of the turns from `firstTurn` up to this one are cut to `OLD_RESULT_LEVEL`. */
  readonly wholeFrom: number;
  /** The level to which the results of the latest answer are cut. Null: they are whole. */
  readonly latestResultsLevel: number | null;
  /** The messages of the turns before this one are left out. */
  readonly messagesFrom: number;
  /** The messages of the turns from `messagesFrom` up to this one are cut to `OLD_MESSAGE_LEVEL`. */
  readonly wholeMessagesFrom: number;
  /** The turn of the latest message, which is always shown. */
  readonly latestMessageTurn: number;
  /** The level to which the latest message is cut. Null: it is whole. */
  readonly latestMessageLevel: number | null;
  /** Null: no image is shown. Absent: a version before chose it, which showed none. */
  readonly images?: MediaWindow | null | undefined;
  /** A bound on the tokens of the images that are shown, which our count of the prompt includes. */
  readonly imageTokens?: number | undefined;
}

export interface SizedWindow {
  readonly window: TranscriptWindow;
  readonly tokens: number;
  readonly bytes: number;
  /** The share of `bytes` that belongs to no turn as it is stored: the line on what is left out, and texts that are cut. */
  readonly cutBytes: number;
  /**
   * What is missing: `nothing`; only what is `old`, the answers and results of earlier turns; or what the turn is about, part of
   * the `current` results or of what the user wrote.
   */
  readonly loss: 'nothing' | 'old' | 'current';
}

/** Old results are cut to 256 tokens, old messages to 512. */
export const OLD_RESULT_LEVEL = 2;
export const OLD_MESSAGE_LEVEL = 3;

/** The line that says that turns are left out, and which call reads them. */
export const LEFT_OUT_SIZE: Size = [88, 768];

/** What users wrote may take so much of the budget. It is cut only beyond that, the latest message last. */
const MESSAGES_SHARE = 0.75;
/** Answers and results that are shown whole take at most so much of their room; the rest is for turns whose results are cut. */
const WHOLE_SHARE = 0.6;
/**
 * By how much of the room a border between cut and whole moves at once. Between two moves the prompt only grows at its end, so
 * prompt caches hold.
 */
const STEP_SHARE = 0.3;

const NO_SIZE: Size = [0, 0];
const NOTHING: CuttableSize = { whole: NO_SIZE, levels: null };

/**
 * What fits the budget of a prompt. It depends on nothing but the sizes of the turns and the budget. What is kept longest
 * comes first: the latest message; the other messages, newest first; the results of the latest answer; then turns from the
 * newest back. The results of old turns are cut before their answers are left out, and both before the current results are
 * cut. No answer is shown without its results, and no result without its answer.
 * @param turns every turn of the session, the last of them the one that is to be answered
 */
export function transcriptWindow(turns: readonly TurnSize[], budgetTokens: number): SizedWindow {
  const window = windowOf(turns, budgetTokens);
  return { window, ...sizeOf(turns, window), loss: lossOf(turns, window) };
}

function windowOf(turns: readonly TurnSize[], budgetTokens: number): TranscriptWindow {
  const latestMessageTurn = turns.findLastIndex(({ messages }) => messages.whole[0] > 0);
  const whole = { messagesFrom: 0, wholeMessagesFrom: 0, latestMessageTurn, latestMessageLevel: null };
  const bodyTokens = turns.reduce((total, turn) => total + wholeTokens(turn), 0);
  const messageTokens = turns.reduce((total, { messages }) => total + messages.whole[0], 0);
  if (bodyTokens + messageTokens <= budgetTokens) {
    return { ...whole, firstTurn: 0, wholeFrom: 0, latestResultsLevel: null };
  }
  const most = Math.min(budgetTokens * MESSAGES_SHARE, budgetTokens - LEFT_OUT_SIZE[0]);
  const messages = messageTokens <= most ? whole : messagesWithin(turns, latestMessageTurn, most);
  const shownTokens = turns.reduce((total, turn, index) => total + messagesShown(turn, index, messages)[0], 0);
  return { ...messages, ...bodiesWithin(turns, roomBeside(shownTokens + LEFT_OUT_SIZE[0], budgetTokens)) };
}

/** Rounded to an eighth of the budget where that leaves anything, so that a short message moves no border. */
function roomBeside(tokens: number, budgetTokens: number): number {
  const eighth = Math.max(1, Math.floor(budgetTokens / 8));
  const rounded = budgetTokens - Math.ceil(tokens / eighth) * eighth;
  return rounded > 0 ? rounded : budgetTokens - tokens;
}

type Messages = Pick<
  TranscriptWindow,
  'messagesFrom' | 'wholeMessagesFrom' | 'latestMessageTurn' | 'latestMessageLevel'
>;

function messagesWithin(turns: readonly TurnSize[], latestMessageTurn: number, most: number): Messages {
  const latest = turns[latestMessageTurn]?.messages ?? NOTHING;
  const latestMessageLevel = latest.whole[0] <= most ? null : (levelWithin(latest, most) ?? 0);
  const room = Math.max(0, most - atLevel(latest, latestMessageLevel)[0]);

  const earlier = turns.slice(0, latestMessageTurn).map(({ messages }) => messages);
  const whole = runningSums(earlier.map((messages) => messages.whole[0]));
  const cut = runningSums(earlier.map((messages) => atLevel(messages, OLD_MESSAGE_LEVEL)[0]));
  const step = most * STEP_SHARE;
  const wholeMessagesFrom = steppedBorder(whole, step, (from) => between(cut, 0, from) + after(whole, from) <= room);
  const messagesFrom = steppedBorder(
    cut,
    step,
    (from) => between(cut, from, wholeMessagesFrom) + after(whole, Math.max(from, wholeMessagesFrom)) <= room,
  );
  return {
    messagesFrom,
    wholeMessagesFrom: Math.max(messagesFrom, wholeMessagesFrom),
    latestMessageTurn,
    latestMessageLevel,
  };
}

/** @param turns the last of them is to be answered */
function bodiesWithin(
  turns: readonly TurnSize[],
  room: number,
): Pick<TranscriptWindow, 'firstTurn' | 'wholeFrom' | 'latestResultsLevel'> {
  const latest = latestAnswered(turns);
  const latestTurn = turns[latest];
  if (latestTurn === undefined) return { firstTurn: 0, wholeFrom: 0, latestResultsLevel: null };
  const latestTokens = wholeTokens(latestTurn);
  const earlier = turns.slice(0, latest);
  const whole = runningSums(earlier.map(wholeTokens));
  const cut = runningSums(earlier.map(cutTokens));
  const roomForCut = room * (1 - WHOLE_SHARE);

  const wholeFrom = steppedBorder(
    whole,
    room * STEP_SHARE,
    (from) => after(whole, from) + latestTokens <= room * WHOLE_SHARE,
  );
  const firstTurn = firstWithin(cut, wholeFrom, roomForCut);
  if (between(cut, firstTurn, wholeFrom) + after(whole, wholeFrom) + latestTokens <= room) {
    return { firstTurn, wholeFrom, latestResultsLevel: null };
  }
  // The latest turn is too large beside whole turns: it stands beside cut ones, then alone, then with its results cut.
  for (const first of [firstWithin(cut, latest, roomForCut), latest]) {
    const roomForResults = room - between(cut, first, latest) - latestTurn.answer[0];
    const fits = latestTurn.results.whole[0] <= roomForResults;
    const level = fits ? null : levelWithin(latestTurn.results, roomForResults);
    if (level !== undefined) return { firstTurn: first, wholeFrom: latest, latestResultsLevel: level };
  }
  return { firstTurn: latest + 1, wholeFrom: latest + 1, latestResultsLevel: null };
}

/**
 * The first border that suffices, of those that lie a whole number of steps behind the beginning; behind the last turn if none
 * does.
 * @param sums running sums of the tokens of the turns
 */
function steppedBorder(sums: readonly number[], step: number, suffices: (border: number) => boolean): number {
  const turns = sums.length - 1;
  let border = 0;
  while (border < turns && !suffices(border)) {
    const position = (Math.floor((sums[border] ?? 0) / Math.max(1, step)) + 1) * Math.max(1, step);
    do border += 1;
    while (border < turns && (sums[border] ?? 0) < position);
  }
  return border;
}

/** The first of the turns before `end` that fit the room together. */
function firstWithin(sums: readonly number[], end: number, room: number): number {
  let first = end;
  while (first > 0 && between(sums, first - 1, end) <= room) first -= 1;
  return first;
}

function sizeOf(turns: readonly TurnSize[], window: TranscriptWindow): Omit<SizedWindow, 'window' | 'loss'> {
  let [tokens, bytes] = isAnythingLeftOut(window) ? LEFT_OUT_SIZE : [0, 0];
  let cutBytes = bytes;
  const latest = latestAnswered(turns);
  turns.forEach((turn, index) => {
    const messages = messagesShown(turn, index, window);
    const [answer, results] = bodyShown(turn, index, latest, window);
    for (const size of [messages, answer, results]) {
      tokens += size[0];
      bytes += size[1];
    }
    if (messages !== turn.messages.whole) cutBytes += messages[1];
    if (results !== turn.results.whole) cutBytes += results[1];
  });
  return { tokens, bytes, cutBytes };
}

/** True when the prompt needs a line that says so. */
export function isAnythingLeftOut({ firstTurn, messagesFrom }: TranscriptWindow): boolean {
  return firstTurn > 0 || messagesFrom > 0;
}

function messagesShown({ messages }: TurnSize, turn: number, window: Messages): Size {
  const level = messageLevel(turn, window);
  return level === 'left_out' ? NO_SIZE : atLevel(messages, level);
}

/** How the messages of a turn are shown: whole (null), cut to a level, or not at all. */
export function messageLevel(turn: number, window: Messages): number | null | 'left_out' {
  if (turn === window.latestMessageTurn) return window.latestMessageLevel;
  if (turn < window.messagesFrom) return 'left_out';
  return turn < window.wholeMessagesFrom ? OLD_MESSAGE_LEVEL : null;
}

function bodyShown(
  { answer, results }: TurnSize,
  turn: number,
  latest: number,
  window: TranscriptWindow,
): [Size, Size] {
  if (turn < window.firstTurn) return [NO_SIZE, NO_SIZE];
  const oldLevel = turn < window.wholeFrom ? OLD_RESULT_LEVEL : null;
  return [answer, atLevel(results, turn === latest ? window.latestResultsLevel : oldLevel)];
}

function lossOf(turns: readonly TurnSize[], window: TranscriptWindow): SizedWindow['loss'] {
  const latest = latestAnswered(turns);
  const currentCut = window.latestResultsLevel !== null || (latest >= 0 && window.firstTurn > latest);
  if (currentCut || window.wholeMessagesFrom > 0 || window.latestMessageLevel !== null) return 'current';
  return window.wholeFrom > 0 ? 'old' : 'nothing';
}

/** The longest level that fits. Undefined when nothing can be cut, or not even the shortest fits. */
function levelWithin({ levels }: CuttableSize, tokens: number): number | undefined {
  const level = levels?.findLastIndex(([atThis]) => atThis <= tokens) ?? -1;
  return level === -1 ? undefined : level;
}

function atLevel({ whole, levels }: CuttableSize, level: number | null): Size {
  return level === null ? whole : (levels?.[level] ?? whole);
}

function wholeTokens({ answer, results }: TurnSize): number {
  return answer[0] + results.whole[0];
}

function cutTokens({ answer, results }: TurnSize): number {
  return answer[0] + atLevel(results, OLD_RESULT_LEVEL)[0];
}

/** One more than there are values: at each index the sum of all values before it. */
function runningSums(values: readonly number[]): number[] {
  const sums = [0];
  for (const value of values) sums.push((sums.at(-1) ?? 0) + value);
  return sums;
}

function between(sums: readonly number[], from: number, to: number): number {
  return from >= to ? 0 : (sums[to] ?? 0) - (sums[from] ?? 0);
}

function after(sums: readonly number[], from: number): number {
  return between(sums, from, sums.length - 1);
}
