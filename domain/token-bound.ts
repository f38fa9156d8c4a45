import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { isPieceBoundary, NO_SPECIAL_TOKENS } from './tokens.ts';

/** The tokenizer takes quadratic time for a piece. For one of 256 characters it takes well below a millisecond. */
const SLICE_CHARS = 256;

/**
 * Upper bounds of the tokens of a text in o200k_base, slice by slice; their sum bounds the text. A slice ends where the
 * encoding always begins a new piece, so its count is exact. A run of more than 256 characters without such a place counts
 * in UTF-8 bytes: no token is shorter than a byte, and a cut inside a piece could count too few.
 */
export function* tokenBounds(text: string): Generator<number> {
  for (let start = 0; start < text.length; ) {
    const end = sliceEnd(text, start);
    const slice = text.slice(start, end);
    yield slice.length > SLICE_CHARS ? Buffer.byteLength(slice) : countTokens(slice, NO_SPECIAL_TOKENS);
    start = end;
  }
}

/** The last boundary within the length of a slice, else the first one behind it. */
function sliceEnd(text: string, start: number): number {
  const limit = start + SLICE_CHARS;
  if (limit >= text.length) return text.length;
  for (let at = limit; at > start; at--) if (isPieceBoundary(text, at)) return at;
  for (let at = limit + 1; at < text.length; at++) if (isPieceBoundary(text, at)) return at;
  return text.length;
}
