import { confusablesMap } from 'confusables';
import unhomoglyph from 'unhomoglyph/data.json' with { type: 'json' };

/** Unicode's table of confusable characters (UTS #39) leads from a character to what it looks like. */
const UNICODE_TABLE = new Map(Object.entries(unhomoglyph));
/** Small capitals that neither table has. */
const SMALL_CAPITALS: Readonly<Record<string, string>> = { ꜰ: 'f', ꜱ: 's', ꞯ: 'q' };
const ASCII_LETTER = /^[A-Za-z0-9]$/;
/** The table writes "m" as the two letters that look like it. */
const LOOKS_LIKE_M = 'rn';
/** A chain of the table is followed no further than this. */
const MOST_STEPS = 3;

/**
 * The ASCII letter or digit, in lower case, that a character looks like. Unicode's table comes first. The other table adds
 * what it lacks: small capitals, letters in boxes, and Cyrillic letters in lower case. Undefined: it looks like none.
 */
export function lookAlike(character: string): string | undefined {
  let shape: string | undefined = character;
  for (let step = 0; step < MOST_STEPS && shape !== undefined; step++) {
    shape = UNICODE_TABLE.get(shape);
    if (shape === LOOKS_LIKE_M) return 'm';
    const bare = shape?.normalize('NFD').replace(/\p{M}/gu, '');
    if (bare !== undefined && ASCII_LETTER.test(bare)) return bare.toLowerCase();
  }
  const other = SMALL_CAPITALS[character] ?? confusablesMap.get(character);
  return other !== undefined && ASCII_LETTER.test(other) ? other.toLowerCase() : undefined;
}
