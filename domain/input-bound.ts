import { boundByCount, type CountedPrompt, type InputCount, isCredible } from './input-count.ts';
import { STAND_IN_SIZE } from './media/media-ref.ts';
import { type CountedMedia, isSameMediaWindow, type MediaWindow, showsNoNewKind } from './media/media-window.ts';
import type { ModelRates } from './prices.ts';
import type { TranscriptWindow } from './transcript-window.ts';

/** A prompt beside its transcript. It is the same for every model. */
export interface PromptFrame {
  readonly frameTokens: number;
  readonly frameBytes: number;
  readonly toolCount: number;
  /** Null: the turn was refreshed by a version that did not count the parts of a prompt. */
  readonly parts: (FrameParts & Grown) | null;
}

/** Upper bounds of the UTF-8 bytes of the parts of a prompt beside its transcript. */
export interface FrameParts {
  readonly systemBytes: number;
  readonly volatileBytes: number;
  readonly toolBytes: number;
}

interface Grown {
  /** All turns up to this prompt, also those that it does not show. Null: its turn was stored by a version that did not count. */
  readonly grownBytes: number | null;
}

/** A prompt, as far as it bounds the input of a request. */
export interface PromptSize extends CountedPrompt {
  readonly frame: Pick<PromptFrame, 'parts'>;
  /** The images that the prompt shows. A provider counts their pixels, not their bytes. */
  readonly images: readonly CountedMedia[];
  /** How many images the session has. */
  readonly mediaOfSession: number;
  /** The text of the prompt that is no part of a turn as it is stored: the line on what is left out, and texts that are cut. */
  readonly cutBytes: number;
  /** What the provider adds to the body of every request. It may have changed since the report. */
  readonly extraBodyBytes: number;
}

/** What a model reported for its last request of the session, and how the prompt of that request differs from the present one. */
export interface InputReport {
  readonly provider: string;
  readonly model: string;
  /** The turn that the request was for. */
  readonly turn: number;
  readonly inputTokens: number;
  /** Our own count of the prompt that was reported on, without its images. */
  readonly promptTokens: number;
  /** Null: its turn was stored by a version that did not count. */
  readonly grownBytes: number | null;
  /** The answer to it, if the model's present prompt may show one. Null: there is none, or nobody knows what was reported for it. */
  readonly answer: WrittenAnswer | null;
  /** What that prompt showed of the transcript. Null: a version before chose otherwise. */
  readonly window: TranscriptWindow | null;
  readonly sameSystem: boolean;
  readonly sameVolatile: boolean;
  readonly sameTools: boolean;
}

/** An answer of a model. */
export interface WrittenAnswer {
  /** The number that the model reported, reasoning included. */
  readonly outputTokens: number;
  /** By our own tokenizer. */
  readonly tokens: number;
  /** What it takes in a request at most. */
  readonly bytes: number;
}

/** The most input tokens that a provider can bill for a request. */
export interface InputBound {
  readonly tokens: number;
  /**
   * `counted`: what the provider counted, and a margin. `tokenized`: the tokens of its texts, and the bytes of all else.
   * `reported`: what the model reported earlier, and the bytes added since. `bytes`: the bytes of the whole request.
   */
  readonly by: 'bytes' | 'reported' | 'counted' | 'tokenized';
}

/** Texts that were there before can have new neighbours, and some protocols join neighbours into one message. */
const REARRANGED_TOKENS = 64;
/**
 * A model reads what it wrote in about as many tokens: the same tokenizer made them. Some are other ones, since the model chose
 * them one by one, and what frames a tool call may be longer.
 */
const REREAD_MARGIN = { share: 0.25, tokens: 64 };
/**
 * Bounds the input of a request (I4). A token is at least one byte in every tokenizer, so the bytes of a request bound its
 * tokens. So does what the model reported for an earlier request, plus the bytes of everything that was added since:
 * messages are tokenized one by one, so a message that stays costs what it cost, and one that is dropped costs nothing. Of
 * these bytes, those of the model's own last answer are bounded by the tokens that it reported for writing it. A count of this
 * very request is a bound, too. The smallest of them is taken.
 */
export function inputBound(
  rates: ModelRates,
  prompt: PromptSize,
  known: { readonly report?: InputReport | undefined; readonly count?: InputCount | undefined },
): InputBound {
  const { report, count } = known;
  const byReport = report === undefined ? undefined : boundByReport(rates, prompt, report);
  const byCount = count === undefined ? undefined : boundByCount(prompt, count);
  const bounds: InputBound[] = [
    { tokens: prompt.bytes + mediaTokensOf(prompt.images) + rates.hiddenInputTokens, by: 'bytes' },
  ];
  if (byReport !== undefined) bounds.push({ tokens: byReport, by: 'reported' });
  if (byCount !== undefined) bounds.push(byCount);
  return bounds.reduce((least, bound) => (bound.tokens < least.tokens ? bound : least));
}

function boundByReport(rates: ModelRates, prompt: PromptSize, report: InputReport): number | undefined {
  const { parts } = prompt.frame;
  const insertedBytes = insertedSince(prompt, report.window);
  if (parts?.grownBytes == null || report.grownBytes === null || insertedBytes === undefined) return undefined;
  if (!isCredible(report.inputTokens, report.promptTokens)) return undefined;
  const addedImages = imagesAddedSince(prompt, report);
  if (addedImages === undefined) return undefined;
  const addedBytes =
    parts.grownBytes -
    report.grownBytes +
    insertedBytes +
    prompt.extraBodyBytes +
    (report.sameSystem ? 0 : parts.systemBytes) +
    (report.sameVolatile ? 0 : parts.volatileBytes) +
    (report.sameTools ? 0 : parts.toolBytes + rates.hiddenInputTokens) -
    savedByRereading(report.answer);
  return report.inputTokens + addedBytes + addedImages + REARRANGED_TOKENS;
}

/** By how much the bytes of an answer exceed the tokens in which the model that wrote it reads it. */
function savedByRereading(answer: WrittenAnswer | null): number {
  if (answer === null || !isCredible(answer.outputTokens, answer.tokens)) return 0;
  const mostTokens = Math.ceil(answer.outputTokens * (1 + REREAD_MARGIN.share)) + REREAD_MARGIN.tokens;
  return Math.max(0, answer.bytes - mostTokens);
}

/**
 * A bound on the tokens of the images that came after the report, and of the lines in place of those that are no longer shown.
 * Undefined where an earlier image may be shown that was not shown then.
 */
function imagesAddedSince(
  { images, mediaOfSession, window }: PromptSize,
  report: Pick<InputReport, 'turn' | 'window'>,
): number | undefined {
  const isNew = ({ turn, place }: CountedMedia) => turn > report.turn || (turn === report.turn && place === 'result');
  const added = images.filter(isNew);
  if (added.length < images.length && !showsNoMore(window, report.window)) return undefined;
  const isSame =
    isSameMediaWindow(report.window?.images, window.images) &&
    report.window?.latestMessageTurn === window.latestMessageTurn;
  return mediaTokensOf(added) + (isSame ? 0 : STAND_IN_SIZE[1] * (mediaOfSession - images.length));
}

/** True if no image is shown now, of those that there were then, that was not shown then. */
function showsNoMore(window: TranscriptWindow, before: TranscriptWindow | null): boolean {
  const now = window.images;
  const then = before?.images;
  if (now == null) return true;
  if (then == null || !showsNoNewKind(now, then) || isEarlier(now, then)) return false;
  // The images of a message are shown by other rules once it is no longer the latest.
  const least = window.latestMessageTurn === before?.latestMessageTurn ? now.latestMessageFrom : 0;
  return least >= then.latestMessageFrom;
}

function isEarlier(now: MediaWindow, then: MediaWindow): boolean {
  return now.fromTurn < then.fromTurn || (now.fromTurn === then.fromTurn && now.fromIndex < then.fromIndex);
}

/** @returns the most tokens that a provider bills for the images */
export function mediaTokensOf(images: readonly Pick<CountedMedia, 'tokens'>[]): number {
  return images.reduce((sum, { tokens }) => sum + tokens, 0);
}

/**
 * What the prompt says that neither the one before nor the turns since said. Undefined where it may show more of an earlier turn
 * than the prompt before did.
 */
function insertedSince({ window, cutBytes }: PromptSize, before: TranscriptWindow | null): number | undefined {
  if (before === null) return undefined;
  const levels = [window, before].flatMap(({ latestResultsLevel, latestMessageLevel }) => [
    latestResultsLevel,
    latestMessageLevel,
  ]);
  if (levels.some((level) => level !== null)) return undefined;
  const moves = BORDERS.map((border) => window[border] - before[border]);
  if (moves.some((turns) => turns < 0)) return undefined;
  return moves.some((turns) => turns > 0) ? cutBytes : 0;
}

const BORDERS = ['firstTurn', 'wholeFrom', 'messagesFrom', 'wholeMessagesFrom'] as const;
