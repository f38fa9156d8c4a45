import { lookAlike } from './confusables.ts';
import { escapedCharacterAt, writesBlankAt } from './escaped-character.ts';

/**
 * A text in the form in which a rule reads it. Each character of that form remembers which part of the original it stands
 * for, so what is found in the form is replaced in the original. The form of a text is made character by character:
 * the form of its beginning is the beginning of its form, which is what lets a rule judge text that still grows.
 */
export interface MatchedForm {
  readonly text: string;
  /** The place where the original of the code unit at this place begins. */
  start(at: number): number;
  /** The place where the original of the code unit at this place ends. */
  end(at: number): number;
}

/** Printable ASCII needs no change. */
const PLAIN_ASCII = /^[\t\n\r\x20-\x7e]*$/;
/**
 * Characters that show nothing: all that Unicode calls default-ignorable (variation selectors and tags among them), format
 * characters, controls other than white space, and halves of surrogate pairs.
 */
const INVISIBLE = /^[\p{Default_Ignorable_Code_Point}\p{Cf}\p{Cs}]$|^(?![\t\n\v\f\r\u0085])\p{Cc}$/u;
/** Marks that are drawn over a letter of any script. The two marks that make another syllable of a kana are none of them. */
const OVERLAID = /[\u0300-\u036f\p{Me}]|(?![\u3099\u309a])(?=\p{Script=Inherited})\p{Mn}/gu;
const DASH = /^[\p{Pd}\u2212\u2043]$/u;
/** Unicode decomposes letters in brackets, which are single characters such as U+249C, to this form. */
const BRACKETED = /^\((.)\)$/u;
/** U+2800 is a braille character without a dot: it is a blank that Unicode does not call one. */
const BLANK = /^[\s\u0085\u2800]$/u;

/** NFKC without invisible characters: the form in which secrets and personal data are looked for. Upper case stays. */
export function plainForm(text: string): MatchedForm {
  return PLAIN_ASCII.test(text) ? unchanged(text) : formOf(text, plainOf, 'as_written');
}

/**
 * The reading of escapes in a text. `escapes`: they stand for what they mean, but for `\\n` and its like, which may also be the
 * beginning of a name in a path. `escapes_and_blanks`: those are blanks.
 */
export type EscapeReading = 'as_written' | 'escapes' | 'escapes_and_blanks';

/** The plain form in lower case without accents, with one kind of blank and of dash. */
export function foldedForm(text: string, reading: EscapeReading = 'escapes'): MatchedForm {
  return formOf(text, foldedOf, reading);
}

/** The folded form in which each character that looks like a letter or digit of ASCII is that letter or digit. */
export function lookAlikeForm(text: string, reading: EscapeReading = 'escapes'): MatchedForm {
  return formOf(text, lookAlikeOf, reading);
}

const plainOf = remembered((character) => (INVISIBLE.test(character) ? '' : character.normalize('NFKC')));
const foldedOf = remembered((character) => charactersOf(character).map(inLowerCase).join(''));
const lookAlikeOf = remembered((character) => charactersOf(character).map(asLookAlike).join(''));

/** The characters that one character is made of, without accents. */
function charactersOf(character: string): string[] {
  if (INVISIBLE.test(character)) return [];
  if (BLANK.test(character)) return [' '];
  if (DASH.test(character)) return ['-'];
  const decomposed = character.normalize('NFKD').replace(OVERLAID, '');
  const inBrackets = BRACKETED.exec(decomposed)?.[1];
  return Array.from(inBrackets ?? decomposed).filter((each) => !INVISIBLE.test(each));
}

/** Upper case comes first: only it changes ß to SS and ς to Σ. */
function inLowerCase(character: string): string {
  return character.toUpperCase().toLowerCase().normalize('NFKD').replace(OVERLAID, '');
}

function asLookAlike(character: string): string {
  const lower = inLowerCase(character);
  if (PLAIN_ASCII.test(lower)) return lower;
  return lookAlike(character) ?? lower;
}

function unchanged(text: string): MatchedForm {
  return { text, start: (at) => at, end: (at) => at + 1 };
}

function formOf(text: string, of: (character: string) => string, reading: EscapeReading): MatchedForm {
  const pieces: string[] = [];
  const starts: number[] = [];
  const ends: number[] = [];
  for (let at = 0; at < text.length; ) {
    const code = text.codePointAt(at) ?? 0;
    const escaped = code === 37 || code === 38 || code === 92 ? escapeAt(text, at, reading) : undefined;
    const length = escaped?.length ?? (code > 0xffff ? 2 : 1);
    const piece = of(escaped?.character ?? String.fromCodePoint(code));
    pieces.push(piece);
    for (let i = 0; i < piece.length; i++) {
      starts.push(at);
      ends.push(at + length);
    }
    at += length;
  }
  return {
    text: pieces.join(''),
    start: (at) => starts[at] ?? text.length,
    end: (at) => ends[at] ?? text.length,
  };
}

function escapeAt(text: string, at: number, reading: EscapeReading) {
  if (reading === 'as_written') return undefined;
  if (reading === 'escapes_and_blanks' && writesBlankAt(text, at)) return { character: ' ', length: 2 };
  return escapedCharacterAt(text, at);
}

/** Unicode has far fewer characters than texts do, and looking one up costs a hundredth of folding it. */
function remembered(fold: (character: string) => string): (character: string) => string {
  const known = new Map<string, string>();
  return (character) => {
    let folded = known.get(character);
    if (folded === undefined) {
      folded = fold(character);
      known.set(character, folded);
    }
    return folded;
  };
}
