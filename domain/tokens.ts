import { countTokens as countTokensOfText } from 'gpt-tokenizer/encoding/o200k_base';

/**
 * Text is counted in slices: the library merges a piece in quadratic time, and a run of 256 Ki spaces takes it 80 s.
 * 256 characters keep a piece, of whatever script, well below a millisecond.
 */
const SLICE_CHARS = 256;
/** How far back from the limit a slice looks for a place where cutting changes no count. */
const LOOK_BACK_CHARS = 128;
/** Slow text (no words in it) counted exactly before the rest is estimated from a sample; some 10 ms. */
const EXACT_SLOW_CHARS = 8_192;
const SAMPLED_SLICES = 32;
/** Slices where the tokenizer's table of whole words does not help. */
const SLOW_SLICE = /\S{64}|\s{32}/;
const SLOW_TOKENS_PER_CHAR = 0.4;

/** Text that looks like a special token is text. */
const NO_SPECIAL_TOKENS = { allowedSpecial: new Set<string>(), disallowedSpecial: new Set<string>() };

/**
 * Tokens of a text in o200k_base. Exact for ordinary text of any length; a hard cut inside a run of more than 128
 * characters without spaces may count one token too many, and of long texts without words (binary, one character
 * repeated) what exceeds 8 KiB is estimated from an even sample. Deterministic. Never sizes a reservation (DESIGN.md, Money).
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
 * The longest beginning of a text with at most `maxTokens` tokens, by slices; never half of a surrogate pair.
 * Takes time in proportion to `maxTokens`.
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

/**
 * Where the slice that begins at `start` ends: before a lone space between two other characters, since the encoding
 * always begins a new piece there; else at the limit.
 */
function sliceEnd(text: string, start: number): number {
  const limit = start + SLICE_CHARS;
  if (limit >= text.length) return text.length;
  for (let at = limit; at > limit - LOOK_BACK_CHARS; at--) {
    if (text.charCodeAt(at) === 0x20 && isNotSpace(text, at - 1) && isNotSpace(text, at + 1)) return at;
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

function isNotSpace(text: string, at: number): boolean {
  return !/\s/.test(text.charAt(at)) && at < text.length;
}

function isInsidePair(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  const before = text.charCodeAt(at - 1);
  return unit >= 0xdc00 && unit <= 0xdfff && before >= 0xd800 && before <= 0xdbff;
}
