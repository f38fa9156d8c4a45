import { type FormName, lettersOf, type PhraseFinder, withoutDigits } from './phrases.ts';
import type { Reading, ReadText } from './read-text.ts';

/**
 * The place from which an unfinished text may still become one of the phrases: where the letters at its end are the beginning of
 * one. A phrase that is complete is held back, too, since what follows says whether it is a word of its own.
 */
export function heldPhrases({ readings }: ReadText, finder: PhraseFinder): number {
  return Math.min(...readings.map((reading) => heldIn(reading, finder)));
}

function heldIn(read: Reading, { phrases }: PhraseFinder): number {
  const byForm = { folded: read.folded, look_alike: read.lookAlike, digits_as_letters: read.lookAlike };
  let held = read.text.length;
  const tails = new Map<FormName, Tail>();
  for (const { form, core, text } of phrases.flatMap(({ sought }) => sought)) {
    const matched = byForm[form];
    if (core === '') {
      held = Math.min(held, matched.start(startOfLast(matched.text, text.length)));
      continue;
    }
    const tail = tails.get(form) ?? tailOf(form === 'digits_as_letters' ? withoutDigits(matched.text) : matched.text);
    tails.set(form, tail);
    const begun = lettersBegun(tail.letters, core);
    if (begun > 0) held = Math.min(held, matched.start(tail.places[tail.letters.length - begun] ?? 0));
  }
  return held;
}

/** The last letters of a form, each with its place in it. */
interface Tail {
  readonly letters: string;
  readonly places: readonly number[];
}

/** No phrase has more letters (contract/guardrail-rules.ts). */
const MOST_LETTERS = 1_000;

function tailOf(form: string): Tail {
  let letters = '';
  const places: number[] = [];
  for (let at = Math.max(0, form.length - 4 * MOST_LETTERS); at < form.length; at++) {
    // Half of a pair is no letter by itself, so both halves are read at the first.
    const character = String.fromCodePoint(form.codePointAt(at) ?? 0);
    const left = lettersOf(character);
    letters += left;
    for (let i = 0; i < left.length; i++) places.push(at);
    at += character.length - 1;
  }
  return { letters, places };
}

/** The number of letters at the end of a text that are the first letters of a phrase. */
function lettersBegun(letters: string, core: string): number {
  const first = core.charAt(0);
  for (let at = letters.indexOf(first, letters.length - core.length); at !== -1; at = letters.indexOf(first, at + 1)) {
    if (core.startsWith(letters.slice(at))) return letters.length - at;
  }
  return 0;
}

/** The place where the last `count + 1` characters that are not blank begin. */
function startOfLast(form: string, count: number): number {
  let left = count + 1;
  for (let at = form.length - 1; at >= 0; at--) {
    if (form[at] !== ' ') left -= 1;
    if (left === 0) return at;
  }
  return 0;
}
