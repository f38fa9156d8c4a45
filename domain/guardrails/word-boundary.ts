import { isInsidePair } from '../surrogate-pair.ts';
import type { MatchedForm } from './matched-form.ts';

const IN_WORD = /[\p{L}\p{N}\p{M}]/u;
/** Scripts that are written without blanks between words. */
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]/u;
const UPPER = /\p{Lu}/u;
const LOWER = /\p{Ll}/u;

/** True where a word begins in a text. `at` is a place in its matched form, behind its beginning. */
export function startsWord(text: string, form: MatchedForm, at: number): boolean {
  const before = characterBefore(form.text, at);
  if (!IN_WORD.test(before)) return true;
  const first = String.fromCodePoint(form.text.codePointAt(at) ?? 0);
  return isApart(before, first) || isHump(text, form, at);
}

/** True where a word ends in a text: `at` is the place behind its last character. */
export function stopsWord(text: string, form: MatchedForm, at: number): boolean {
  if (at >= form.text.length) return true;
  const next = String.fromCodePoint(form.text.codePointAt(at) ?? 0);
  if (!IN_WORD.test(next)) return true;
  return isApart(characterBefore(form.text, at), next) || isHump(text, form, at);
}

function isApart(before: string, next: string): boolean {
  return UNSPACED.test(before) || UNSPACED.test(next);
}

/** True between the words of a name such as projectFalcon, where only an upper-case letter tells them apart. */
function isHump(text: string, form: MatchedForm, at: number): boolean {
  const next = String.fromCodePoint(text.codePointAt(form.start(at)) ?? 0);
  return UPPER.test(next) && LOWER.test(characterBefore(text, form.start(at)));
}

function characterBefore(text: string, at: number): string {
  return text.slice(Math.max(0, at - (isInsidePair(text, at - 1) ? 2 : 1)), at);
}
