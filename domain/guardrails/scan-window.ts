import { findBlockedPhrase, foldedForm } from './phrases.ts';

/**
 * How many UTF-16 code units of an unfinished answer may be shown: at least `shown`, which were shown before. The text
 * behind them may still become part of something that is blocked.
 * @param scanFrom the text before this place was scanned with this rule: `shown`, or 0 when the rule is new
 */
export type ScanWindow = (text: string, shown: number, scanFrom: number) => number;

/**
 * The window for the rule in phrases.ts. A phrase that the text has begun reaches back over as many visible characters
 * as the phrase has, however many invisible characters, blanks and combining marks lie between them. One more character
 * is held back for the marks with which a phrase may begin. Once a phrase has occurred nothing more is shown, because
 * the answer will be withheld. A rule whose matches had no bound would have to hold everything back.
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
 * Matches characters that normalization neither removes nor merges with the character before them. So it matches no
 * blanks, marks, control and format characters, and not the vowels and finals of which a Hangul syllable is composed.
 * It is applied to the NFKC form, in which some spacing characters are a blank with a mark.
 */
const VISIBLE = /[^\p{M}\p{C}\p{Z}\s\u1160-\u11ff\ud7b0-\ud7ff]/u;

function visibleCharacters(text: string): number {
  return Array.from(text).filter((character) => VISIBLE.test(character)).length;
}

/** Where the last `count` visible characters begin, but not before `from`. */
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

/** A provider may send the two halves of a surrogate pair separately. */
function wholeCharacters(text: string): number {
  return isHigh(text.charCodeAt(text.length - 1)) ? text.length - 1 : text.length;
}

function isHigh(code: number): boolean {
  return code >= 0xd800 && code <= 0xdbff;
}

function isLow(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
