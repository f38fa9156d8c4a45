import { isInsidePair } from './surrogate-pair.ts';
import { wordsOf } from './text-search.ts';

/** A place in a text where words were found. */
export interface FoundPlace {
  /** The byte at which the excerpt begins. */
  readonly offset: number;
  readonly excerpt: string;
}

/** How much is shown before and behind a word. */
const BEFORE = 80;
const BEHIND = 160;

/** The words of a query, each once, without regard to case: runs of letters and digits, also with - _ . / in them. */
export function queryWords(query: string): string[] {
  return wordsOf(query, /[\p{L}\p{N}](?:[\p{L}\p{N}_./-]*[\p{L}\p{N}])?/gu);
}

/**
 * The places in a text that has all of the words, in order; none when it lacks one. The longest word says where a place is, and
 * only those places count that have as many of the words as any other.
 */
export function findWords(text: string, words: readonly string[]): FoundPlace[] {
  const lower = lowerOfSameLength(text);
  if (words.length === 0 || !words.every((word) => lower.includes(word))) return [];
  const [longest = ''] = [...words].sort((a, b) => b.length - a.length);
  const places: { from: number; to: number; words: number }[] = [];
  for (let at = lower.indexOf(longest); at !== -1; ) {
    const from = Math.max(0, at - BEFORE);
    const to = Math.min(text.length, at + longest.length + BEHIND);
    const around = lower.slice(from, to);
    places.push({ from, to, words: words.filter((word) => around.includes(word)).length });
    at = lower.indexOf(longest, to);
  }
  const most = Math.max(...places.map((place) => place.words));
  let offset = 0;
  let measured = 0;
  return places
    .filter((place) => place.words === most)
    .map(({ from, to }) => {
      const [start, end] = [betweenPairs(text, from), betweenPairs(text, to)];
      offset += Buffer.byteLength(text.slice(measured, start));
      measured = start;
      return { offset, excerpt: text.slice(start, end).replace(/\s+/g, ' ').trim() };
    });
}

/** A few characters have a lower case of another length. With them as they are, places in both texts are the same. */
function lowerOfSameLength(text: string): string {
  const lower = text.toLowerCase();
  if (lower.length === text.length) return lower;
  return Array.from(text, (character) => {
    const small = character.toLowerCase();
    return small.length === character.length ? small : character;
  }).join('');
}

function betweenPairs(text: string, at: number): number {
  return isInsidePair(text, at) ? at - 1 : at;
}
