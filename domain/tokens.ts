import { countTokens as countTokensOfText } from 'gpt-tokenizer/encoding/o200k_base';
import { isInsidePair } from './surrogate-pair.ts';

/**
 * Text is counted in slices, because the library needs quadratic time for a piece: it takes 80 s for 256 Ki spaces in a
 * row. A piece of 256 characters takes well below a millisecond in every script.
 */
const SLICE_CHARS = 256;
/** How far back from its limit a slice looks for a place where a cut does not change the count. */
const LOOK_BACK_CHARS = 128;
/** How much slow text, text without words, is counted exactly before the rest is estimated: it takes about 10 ms. */
const EXACT_SLOW_CHARS = 8_192;
const SAMPLED_SLICES = 32;
/** Matches slices for which the tokenizer's table of whole words does not help. */
const SLOW_SLICE = /\S{64}|\s{32}/;
const SLOW_TOKENS_PER_CHAR = 0.4;

/** Text that looks like a special token counts as text. */
export const NO_SPECIAL_TOKENS = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/**
 * The tokens of a text in o200k_base. The count is deterministic, and exact for ordinary text of any length. A cut
 * inside a run of more than 128 characters without spaces may count one token too many. In long texts without words
 * (binary, one character repeated) the part beyond 8 KiB is estimated from an even sample. The count never sizes a
 * reservation (ADR 3); `tokenBounds` may.
 */
export function countTokens(text: string): number {
  let tokens = 0;
  let slowChars = 0;
  let start = 0;
  while (start < text.length) {
    if (slowChars > EXACT_SLOW_CHARS) return tokens + sampledTokens(text, start);
    const end = sliceEnd(text, start);
    const slice = text.slice(start, end);
    const counted = countTokensOfText(slice, NO_SPECIAL_TOKENS);
    tokens += counted;
    if (counted > slice.length * SLOW_TOKENS_PER_CHAR || SLOW_SLICE.test(slice)) slowChars += slice.length;
    start = end;
  }
  return tokens;
}

/**
 * The longest beginning of a text that has at most `maxTokens` tokens, counted slice by slice. No surrogate pair is
 * split. The time it takes is proportional to `maxTokens`.
 */
export function cutToTokens(text: string, maxTokens: number): { text: string; tokens: number; cut: boolean } {
  let tokens = 0;
  let start = 0;
  while (start < text.length) {
    const end = sliceEnd(text, start);
    const counted = countTokensOfText(text.slice(start, end), NO_SPECIAL_TOKENS);
    if (tokens + counted > maxTokens) {
      const kept = longestPrefix(text, start, end, maxTokens - tokens);
      return { text: text.slice(0, kept.end), tokens: tokens + kept.tokens, cut: true };
    }
    tokens += counted;
    start = end;
  }
  return { text, tokens, cut: false };
}

function longestPrefix(
  text: string,
  start: number,
  sliceLimit: number,
  maxTokens: number,
): { end: number; tokens: number } {
  let best = { end: start, tokens: 0 };
  let low = start + 1;
  let high = sliceLimit - 1;
  while (low <= high && maxTokens > 0) {
    const middle = (low + high) >> 1;
    const end = isInsidePair(text, middle) ? middle - 1 : middle;
    const tokens = end > start ? countTokensOfText(text.slice(start, end), NO_SPECIAL_TOKENS) : 0;
    if (tokens <= maxTokens) {
      if (end > best.end) best = { end, tokens };
      low = middle + 1;
    } else {
      high = middle - 1;
    }
  }
  return best;
}

/** Where the slice that begins at `start` ends: at a boundary of pieces, or else at the limit. */
function sliceEnd(text: string, start: number): number {
  const limit = start + SLICE_CHARS;
  if (limit >= text.length) return text.length;
  for (let at = limit; at > limit - LOOK_BACK_CHARS; at--) {
    if (isPieceBoundary(text, at)) return at;
  }
  return isInsidePair(text, limit) ? limit - 1 : limit;
}

function sampledTokens(text: string, start: number): number {
  const rest = text.length - start;
  const stride = Math.max(SLICE_CHARS, Math.ceil(rest / SAMPLED_SLICES));
  let tokens = 0;
  let chars = 0;
  for (let at = start; at < text.length; at += stride) {
    const slice = text.slice(at, at + SLICE_CHARS);
    tokens += countTokensOfText(slice, NO_SPECIAL_TOKENS);
    chars += slice.length;
  }
  return Math.ceil((tokens / chars) * rest);
}

/** True for a lone space between two other characters: the encoding always begins a new piece there. */
export function isPieceBoundary(text: string, at: number): boolean {
  return text.charCodeAt(at) === 0x20 && isNotSpace(text, at - 1) && isNotSpace(text, at + 1);
}

function isNotSpace(text: string, at: number): boolean {
  return !/\s/.test(text.charAt(at)) && at < text.length;
}
