import { expect, test } from 'vitest';
import { rankCandidates, searchPatterns, searchTerms } from '../../../domain/text-search.ts';

const candidate = (name: string, contentHits: number[], nameHits: number[] = []) => ({
  name,
  contentHits,
  nameHits,
  total: 10,
});

test('words of a query become safe patterns, each once', () => {
  expect(searchPatterns('AI (safety)* AI.*, Über 安全')).toEqual(['\\mai', '\\msafety', 'über', '安全']);
  expect(searchPatterns('!?. ')).toEqual([]);
});

test('words of a query become terms, each once, and scripts without blanks are searched by characters', () => {
  expect(searchTerms('AI (safety)* AI.*, Über 安全')).toEqual(['ai', 'safety', 'über', '安', '全']);
  expect(searchTerms('!?. ')).toEqual([]);
});

test('rare words and words in names count more', () => {
  const common = [candidate('a', [0]), candidate('b', [0]), candidate('c', [0])];
  const ranked = rankCandidates([...common, candidate('rare', [1]), candidate('named', [0], [0])], 2, 10);
  expect(ranked.map(({ name }) => name)).toEqual(['named', 'rare', 'a', 'b', 'c']);
  expect(ranked.every(({ score }) => score > 0 && score <= 1)).toBe(true);
});

test('words that occur nowhere do not lower the score', () => {
  expect(rankCandidates([candidate('a', [1], [1])], 3, 10)).toEqual([{ name: 'a', score: 1, bestPattern: 1 }]);
});

test('the excerpt is taken around the rarest word', () => {
  const ranked = rankCandidates([candidate('a', [0, 1]), candidate('b', [0])], 2, 1);
  expect(ranked).toMatchObject([{ name: 'a', bestPattern: 1 }]);
});
