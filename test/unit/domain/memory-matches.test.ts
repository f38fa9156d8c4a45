import { expect, test } from 'vitest';
import { memoryMatches } from '../../../domain/memory-matches.ts';

const shown = (found: Parameters<typeof memoryMatches>[0], words: number, limit = 9) =>
  memoryMatches(found, words, limit).map(({ entry, score, foundBy }) => `${entry.id} ${score} ${foundBy.join('+')}`);

test('[context:memory:found-by-meaning] a fact that was found by words and by meaning comes before one that was found equally well by one of them', () => {
  const byWords = [
    { id: 'both', hits: [0] },
    { id: 'words', hits: [0] },
  ];
  const byMeaning = [
    { id: 'meaning', closeness: 0.9 },
    { id: 'both', closeness: 0.5 },
  ];
  expect(shown({ byWords, byMeaning }, 1)).toEqual([
    'meaning 0.9 meaning',
    'both 0.667 words+meaning',
    'words 0.333 words',
  ]);
  expect(shown({ byWords, byMeaning }, 1, 1)).toEqual(['meaning 0.9 meaning']);
});

test('without meaning the matches are those of the words, and without words those of the meaning', () => {
  expect(
    shown(
      {
        byWords: [
          { id: 'a', hits: [0, 1] },
          { id: 'b', hits: [1] },
        ],
        byMeaning: [],
      },
      2,
    ),
  ).toEqual(['a 0.333 words', 'b 0.129 words']);
  expect(shown({ byWords: [], byMeaning: [{ id: 'a', closeness: 1 }] }, 0)).toEqual(['a 1 meaning']);
  expect(shown({ byWords: [], byMeaning: [] }, 3)).toEqual([]);
});
