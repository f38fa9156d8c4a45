const MAX_WORDS = 12;
const MAX_WORD_CHARACTERS = 64;
const NAME_WEIGHT = 2;

/** Which patterns a candidate matches, as places in the list of patterns. */
export interface SearchCandidate {
  readonly name: string;
  readonly nameHits: readonly number[];
  readonly contentHits: readonly number[];
  /** The number of texts that were searched, with and without hits. */
  readonly total: number;
}

export interface SearchMatch {
  readonly name: string;
  /** From 0 to 1: the weight of the hits as a share of the weight of all words that occur in any text. */
  readonly score: number;
  /** The place of the weightiest pattern in the content. Undefined when only the name matches. */
  readonly bestPattern: number | undefined;
}

/**
 * POSIX regular expressions for the words of a query, each word once. A word in ASCII matches at the beginning of
 * words: "paper" finds "papers", but "ai" does not find "said". Other words match anywhere, since not every script
 * separates words.
 */
export function searchPatterns(query: string): string[] {
  return wordsOf(query, /[\p{L}\p{N}]+/gu).map((word) => (/^[a-z0-9]/.test(word) ? `\\m${word}` : word));
}

/** Scripts whose words stand without blanks between them, as migration 0032 has them: they are searched by characters. */
const UNSPACED = /([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])/g;

/** The beginnings of words that a query looks for, each once. */
export function searchTerms(query: string): string[] {
  return wordsOf(query.replace(UNSPACED, ' $1 '), /[\p{L}\p{N}\p{M}]+/gu);
}

/** The words of a query in lower case, each once; no more and no longer ones than a search takes. @param form of a word, global */
export function wordsOf(query: string, form: RegExp): string[] {
  const words = query.toLowerCase().match(form) ?? [];
  return [...new Set(words.map((word) => word.slice(0, MAX_WORD_CHARACTERS)))].slice(0, MAX_WORDS);
}

/**
 * The best candidates, the best first; equal candidates keep their order. A word that fewer texts contain weighs more,
 * and a word in a name weighs twice as much.
 */
export function rankCandidates(candidates: readonly SearchCandidate[], patterns: number, limit: number): SearchMatch[] {
  const total = candidates[0]?.total ?? 0;
  const holders = new Array<number>(patterns).fill(0);
  for (const { nameHits, contentHits } of candidates) {
    for (const place of new Set([...nameHits, ...contentHits])) holders[place] = (holders[place] ?? 0) + 1;
  }
  const weights = holders.map((count) => (count === 0 ? 0 : Math.log(1 + total / count)));
  const sum = (places: readonly number[]) => places.reduce((weight, place) => weight + (weights[place] ?? 0), 0);
  const most = sum([...weights.keys()]) * (1 + NAME_WEIGHT) || 1;

  return candidates
    .map(({ name, nameHits, contentHits }) => ({
      name,
      score: Math.round(((sum(contentHits) + NAME_WEIGHT * sum(nameHits)) / most) * 1000) / 1000,
      bestPattern: [...contentHits].sort((a, b) => (weights[b] ?? 0) - (weights[a] ?? 0) || a - b)[0],
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}
