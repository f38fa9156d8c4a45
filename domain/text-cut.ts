import { isInsidePair } from './surrogate-pair.ts';
import { countTokens, cutToTokens } from './tokens.ts';

/** The lengths, in tokens, to which a long text may be cut in a prompt. A level is an index of this list. */
export const CUT_LENGTHS = [64, 128, 256, 512, 1_024, 2_048, 4_096, 8_192, 16_384, 32_768] as const;

/** What a part of the transcript takes in a prompt: tokens by our count, and a bound on bytes. */
export type Size = readonly [tokens: number, bytes: number];

/** A text with its middle left out. Lengths are in characters as Postgres counts them, which are code points. */
export interface CutText {
  readonly head: string;
  readonly tail: string;
  readonly leftOut: number;
}

export interface CountedCut extends CutText {
  /** The most tokens that it has as a model reads it, by our count. */
  readonly tokens: number;
}

/** Room for the line in the middle. */
const NOTE_TOKENS = 40;
/** Two thirds of the shown part are from the beginning and a third from the end. */
const HEAD_SHARE = 2 / 3;
const CHARS_PER_TOKEN = 4;
const SURROGATE = /[\ud800-\udfff]/;

/** The text with its middle left out, so that it has at most the tokens of `level`. Undefined when it is shorter anyway. */
export function cutText(text: string, level: number): CountedCut | undefined {
  const room = (CUT_LENGTHS[level] ?? Number.POSITIVE_INFINITY) - NOTE_TOKENS;
  const head = cutToTokens(text, Math.floor(room * HEAD_SHARE));
  const rest = text.slice(head.text.length);
  const tail = endOf(rest, Math.floor(room * (1 - HEAD_SHARE)));
  if (tail.text.length >= rest.length) return undefined;
  return {
    head: head.text,
    tail: tail.text,
    leftOut: codePoints(rest) - codePoints(tail.text),
    tokens: head.tokens + tail.tokens + NOTE_TOKENS,
  };
}

/**
 * A cut text as a model reads it.
 * @param of says of what the middle is left out, such as the id of a tool call
 * @param readCall the call that reads on from where the beginning ends. Undefined: no tool is offered that can. A note with it
 * is always the longer one
 */
export function shownCut({ head, tail, leftOut }: CutText, of: string, readCall?: string): string {
  const note =
    readCall === undefined
      ? `${leftOut} characters of ${of} are left out here`
      : `${leftOut} characters are left out here: ${readCall} shows them`;
  return `${head}\n[… ${note} …]\n${tail}`;
}

/** A text cut to each level that is shorter than the text; the shortest first. */
export function cutsOf(text: string, tokens = countTokens(text)): CountedCut[] {
  const cuts: CountedCut[] = [];
  for (const [level, length] of CUT_LENGTHS.entries()) {
    const cut = length < tokens ? cutText(text, level) : undefined;
    if (cut === undefined) break;
    cuts.push(cut);
  }
  return cuts;
}

/** How many characters Postgres counts in a text. */
export function codePoints(text: string): number {
  if (!SURROGATE.test(text)) return text.length;
  let pairs = 0;
  for (let at = 0; at < text.length; at++) {
    if (isInsidePair(text, at)) pairs += 1;
  }
  return text.length - pairs;
}

/** An end of the text that has at most `maxTokens` tokens, and not far less. */
function endOf(text: string, maxTokens: number): { text: string; tokens: number } {
  let chars = Math.min(text.length, maxTokens * CHARS_PER_TOKEN);
  for (;;) {
    const from = text.length - chars;
    const end = text.slice(isInsidePair(text, from) ? from + 1 : from);
    const tokens = countTokens(end);
    if (tokens <= maxTokens) return { text: end, tokens };
    chars = Math.floor(Math.min(chars - 1, (chars * maxTokens * 0.95) / tokens));
  }
}
