const MAX_WORDS = 12;
const MAX_WORD_CHARACTERS = 64;
const NAME_WEIGHT = 2;

/** What a candidate matches, as places in the list of patterns. */
export interface SearchCandidate {
  readonly name: string;
  readonly nameHits: readonly number[];
  readonly contentHits: readonly number[];
  /** Of how many texts the candidates are the ones with hits. */
  readonly total: number;
}

export interface SearchMatch {
  readonly name: string;
  /** 0 to 1: the share of what all words that occur anywhere would weigh, in name and content. */
  readonly score: number;
  /** Place of the weightiest pattern in the content; undefined when only the name matches. */
  readonly bestPattern: number | undefined;
}

/**
 * POSIX regular expressions for the words of a query, without repetition. Words of ASCII match at the beginning of words
 * ("paper" finds "papers", "ai" not "said"); others anywhere, since not every script parts words.
 */
export function searchPatterns(query: string): string[] {
  const words = query.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  const unique = [...new Set(words.map((word) => word.slice(0, MAX_WORD_CHARACTERS)))];
  return unique.slice(0, MAX_WORDS).map((word) => (/^[a-z0-9]/.test(word) ? `\\m${word}` : word));
}

/**
 * The best candidates, best first, equal ones in the order given. A word weighs the more the fewer texts hold it, and
 * twice as much in a name.
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
