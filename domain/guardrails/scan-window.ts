import { findBlockedPhrase, foldedForm } from './phrases.ts';

/**
 * How much of an answer under way may be shown: its first so many UTF-16 code units, `shown` at least, which went out
 * before. Text behind that may still become part of something that is blocked.
 * @param scanFrom what lies before was scanned with this rule: `shown`, or 0 for a rule that is new
 */
export type ScanWindow = (text: string, shown: number, scanFrom: number) => number;

/**
 * The window of the rule in phrases.ts. A phrase that the text may yet complete reaches back over as many visible
 * characters as it has itself, however many invisible ones, blanks and combining marks lie between them; one more is
 * held back for the marks it may begin with. Once a phrase has occurred nothing more is shown: the answer will be
 * withheld. A rule without a bound on what it matches would have to hold everything back.
 */
export function createScanWindow(phrases: readonly string[]): ScanWindow {
  const wanted = phrases.map((phrase) => foldedForm(phrase).trim()).filter((phrase) => phrase !== '');
  if (wanted.length === 0) return (text, shown) => Math.max(shown, wholeCharacters(text));
  const heldBack = Math.max(...wanted.map(visibleCharacters)) + 1;
  return (text, shown, scanFrom) => {
    if (findBlockedPhrase(text.slice(scanFrom), wanted) !== undefined) return shown;
    return startOfLast(text, heldBack, shown);
  };
}

/**
 * What no normalization removes or merges with the character before it: not blanks, marks, control and format
 * characters, nor the vowels and finals a Hangul syllable is composed of. Asked of the NFKC form, since some spacing
 * characters are a blank with a mark there.
 */
const VISIBLE = /[^\p{M}\p{C}\p{Z}\s\u1160-\u11ff\ud7b0-\ud7ff]/u;

function visibleCharacters(text: string): number {
  return Array.from(text).filter((character) => VISIBLE.test(character)).length;
}

/** Where the last `count` visible characters begin, `from` at least. */
function startOfLast(text: string, count: number, from: number): number {
  let left = count;
  for (let end = text.length; end > from; ) {
    const isPair = end - from >= 2 && isLow(text.charCodeAt(end - 1)) && isHigh(text.charCodeAt(end - 2));
    const start = end - (isPair ? 2 : 1);
    if (VISIBLE.test(text.slice(start, end).normalize('NFKC'))) left -= 1;
    if (left === 0) return start;
    end = start;
  }
  return from;
}

/** A provider may send the halves of a surrogate pair one by one. */
function wholeCharacters(text: string): number {
  return isHigh(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
