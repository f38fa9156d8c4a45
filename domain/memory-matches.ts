import type { FoundBy } from './meaning.ts';
import { rankCandidates } from './text-search.ts';

interface Fact {
  readonly id: string;
}

/** A fact that has words of a query. */
export interface WordMatch extends Fact {
  /** The places (from 0) of the words of the query that it has. */
  readonly hits: readonly number[];
}

/** A fact that is close to a query in its meaning. */
export interface MeaningMatch extends Fact {
  /** The closeness goes from 0, for an unrelated text, to 1, for the same text. */
  readonly closeness: number;
}

export interface MemoryMatch<Entry> {
  readonly entry: Entry;
  /** The score goes from 0 to 1. A fact that was found by words and by meaning has a better one than by either. */
  readonly score: number;
  readonly foundBy: FoundBy[];
}

/** Merges what a query found in the memory by words and by meaning, the best match first. @param words of the query */
export function memoryMatches<ByWords extends WordMatch, ByMeaning extends MeaningMatch>(
  found: { readonly byWords: readonly ByWords[]; readonly byMeaning: readonly ByMeaning[] },
  words: number,
  limit: number,
): MemoryMatch<ByWords | ByMeaning>[] {
  const total = found.byWords.length;
  const candidates = found.byWords.map(({ id, hits }) => ({ name: id, nameHits: [], contentHits: hits, total }));
  const wordScore = new Map(rankCandidates(candidates, words, total).map(({ name, score }) => [name, score]));
  const closeness = new Map(found.byMeaning.map((entry) => [entry.id, entry.closeness]));
  const entries = new Map([...found.byMeaning, ...found.byWords].map((entry) => [entry.id, entry]));
  // The matches by words come first, in their order, so that equal scores keep it.
  const order = [...new Set([...wordScore.keys(), ...closeness.keys()])];
  return order
    .flatMap((id) => {
      const entry = entries.get(id);
      const [byWords, byMeaning] = [wordScore.get(id), closeness.get(id)];
      if (entry === undefined) return [];
      const score = 1 - (1 - (byWords ?? 0)) * (1 - Math.min(1, byMeaning ?? 0));
      return [{ entry, score: Math.round(score * 1000) / 1000, foundBy: foundBy(byWords, byMeaning) }];
    })
    .sort((a, b) => b.score - a.score)
    .slice(0, limit);
}

/** @param byWords and `byMeaning`: null or undefined means that it was not found so */
export function foundBy(byWords: number | null | undefined, byMeaning: number | null | undefined): FoundBy[] {
  return [...(byWords == null ? [] : ['words' as const]), ...(byMeaning == null ? [] : ['meaning' as const])];
}
