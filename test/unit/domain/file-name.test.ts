import { expect, test } from 'vitest';
import { closestNames, fileNameProblem } from '../../../domain/file-name.ts';

test.each(['a', 'notes/summary.md', '2026/über uns (1).txt', '_x', '安全/記事.md', 'a'.repeat(200)])(
  '%j is accepted as a file name',
  (name) => {
    expect(fileNameProblem(name)).toBeUndefined();
  },
);

test.each([
  '',
  'a'.repeat(201),
  '../etc/passwd',
  'a/../b',
  'a..b',
  '/etc/passwd',
  'a//b',
  'a/',
  '.env',
  'a\0b',
  'a\nb',
  'a<b',
  '\ud800',
])('%j is refused as a file name, with a reason that says what a name is', (name) => {
  expect(fileNameProblem(name)).toMatch(/^A name /);
});

test('the names most like the one asked for come first', () => {
  const names = ['notes/plan.md', 'notes/summary.md', 'old/summary.txt', 'zzz'];
  expect(closestNames('notes/sumary.md', names)[0]).toBe('notes/summary.md');
  expect(closestNames('summary.txt', names)[0]).toBe('old/summary.txt');
  expect(closestNames('quux', names)).toEqual([]);
});
