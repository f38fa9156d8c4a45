/** A part of a text that begins and ends between two characters. */
export interface Utf8Page {
  readonly text: string;
  /** The bytes of the text at which the page begins and ends. */
  readonly from: number;
  readonly to: number;
}

/** A UTF-8 character has at most so many bytes. */
export const MAX_CHARACTER_BYTES = 4;

/**
 * The part of a text that begins at byte `offset` and has at most `limit` bytes. An offset inside a character is taken for the
 * beginning of that character. With a limit of at least `MAX_CHARACTER_BYTES`, each page but that at the end has something.
 * @param encoded the text in UTF-8, or the stretch of it that begins at byte `encodedFrom`
 */
export function utf8Page(encoded: Uint8Array, offset: number, limit: number, encodedFrom = 0): Utf8Page {
  const from = characterBoundary(encoded, Math.min(offset - encodedFrom, encoded.length));
  const to = characterBoundary(encoded, Math.min(from + limit, encoded.length));
  return {
    text: Buffer.from(encoded.subarray(from, to)).toString('utf8'),
    from: encodedFrom + from,
    to: encodedFrom + to,
  };
}

/** The last place at or before `at` where a character of UTF-8 begins. */
export function characterBoundary(encoded: Uint8Array, at: number): number {
  let boundary = at;
  while (boundary > 0 && ((encoded[boundary] ?? 0) & 0xc0) === 0x80) boundary--;
  return boundary;
}
