/** The characters between two letters of a word that is marked up or hyphenated. */
const WITHIN_WORD = String.raw`(?:[*_~^\x60\\]{1,3}|- *)?`;
/** The characters between the letters of a word that is spelled out, as in "f a l c o n" or "f.a.l.c.o.n". */
const BETWEEN_LETTERS = String.raw`[^\p{L}\p{N}]{1,3}`;
/** The characters between two words. Where there are none, the words must be told apart by the original text. */
const SIGN = String.raw`[-_*~^\x60/\\+|"'“”‘’«»<>()\[\]{}=:&#@]`;
const BETWEEN_WORDS = `((?: +| *${SIGN}{1,3} *${SIGN}{0,3}|[.,])?)`;
const BETWEEN_SPELLED_WORDS = String.raw`[^\p{L}\p{N}]{1,8}`;
/** A word of fewer letters is not looked for spelled out. */
const LEAST_SPELLED = 3;

/** Vowels and finals of a Hangul syllable, and marks that are part of a character: they belong to what is before them. */
export const JOINED = String.raw`[\p{M}\u1160-\u11ff\ud7b0-\ud7ff]`;
const UNIT = new RegExp(`[^]${JOINED}*`, 'gu');
const ALL_LETTERS = new RegExp(String.raw`^(?:[\p{L}\p{N}]| |${JOINED})+$`, 'u');

/**
 * The pattern of a phrase in a form in which texts are matched. It takes linear time: what may stand between two letters
 * shares no character with them.
 * @param phrase in that form, with at least one character that is shown
 */
export function phrasePattern(phrase: string): RegExp {
  const words = phrase.split(' ').filter((word) => word !== '');
  if (!isAllLetters(phrase)) return new RegExp(words.map(escaped).join(' +'), 'dgu');
  const units = words.map((word) => (word.match(UNIT) ?? []).map(escaped));
  const written = units.map((word) => word.join(WITHIN_WORD)).join(BETWEEN_WORDS);
  const spelled = units.map((word) => word.join(BETWEEN_LETTERS)).join(BETWEEN_SPELLED_WORDS);
  const spells = units.some((word) => word.length >= LEAST_SPELLED);
  return new RegExp(spells ? `${written}|${spelled}` : written, 'dgu');
}

/** True for a phrase of letters, digits and blanks. Another one is found only as it is written, but for its blanks. */
export function isAllLetters(phrase: string): boolean {
  return ALL_LETTERS.test(phrase);
}

/** A dash is left as it is: with the flag u, an escaped one is a syntax error outside of a class. */
function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
