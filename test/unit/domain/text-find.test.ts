import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findWords, queryWords } from '../../../domain/text-find.ts';

test('[context:reading-back:search] the words of a query are its runs of letters and digits, each once, and names with dots or dashes stay whole', () => {
  expect(queryWords('Find the AT-4711, and "notes/2026.md"! the')).toEqual([
    'find',
    'the',
    'at-4711',
    'and',
    'notes/2026.md',
  ]);
  expect(queryWords('?! …')).toEqual([]);
});

test('[context:reading-back:search] each place is named by the byte at which its excerpt begins, whatever stands before it', () => {
  const before = fc
    .array(fc.constantFrom('ä', '😀', 'İ', 'ß', 'x', ' ', '日'), { maxLength: 300 })
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(before, before, (first, second) => {
      const text = `${first} Needle ${second} NEEDLE`;
      for (const { offset, excerpt } of findWords(text, ['needle'])) {
        const rest = Buffer.from(text).subarray(offset).toString('utf8');
        expect(rest).not.toContain('\ufffd');
        expect(rest.replace(/\s+/g, ' ').trim().startsWith(excerpt)).toBe(true);
      }
      expect(findWords(text, ['needle']).length).toBeGreaterThan(0);
    }),
  );
});

test('[context:reading-back:search] a text that lacks a word has no place, and places with most of the words win', () => {
  const text = `The launch is in Graz.${' filler'.repeat(100)} The launch was paid on 14 May in Graz.`;
  expect(findWords(text, ['launch', 'vienna'])).toEqual([]);
  const places = findWords(text, ['launch', 'graz', 'may']);
  expect(places).toHaveLength(1);
  expect(places[0]?.excerpt).toContain('14 May in Graz');
});
