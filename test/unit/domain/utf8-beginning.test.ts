import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { utf8Beginning } from '../../../domain/utf8-beginning.ts';

test.each([
  ['a text that fits', 'kitten', 100, 'kitten'],
  ['ASCII', 'kitten', 3, 'kit'],
  ['a character of four bytes that does not fit', 'a😀b', 4, 'a'],
  ['one that does', 'a😀b', 5, 'a😀'],
  ['a byte order mark', '\ufeffabc', 4, '\ufeffa'],
  ['a lone surrogate', 'a\ud800bc', 5, 'a\ud800b'],
  ['nothing', 'abc', 0, ''],
])('the beginning of %s', (_, text, maxBytes, beginning) => {
  expect(utf8Beginning(text, maxBytes)).toBe(beginning);
});

test('[bounds:memory:beginnings-are-copies] the beginning of a long text does not keep the whole of it in memory', () => {
  setFlagsFromString('--expose-gc');
  const collect: () => void = runInNewContext('gc');
  const LONG = 8 * 1024 * 1024;
  const beginnings: string[] = [];
  collect();
  const before = process.memoryUsage().heapUsed;
  for (let n = 0; n < 16; n++) beginnings.push(utf8Beginning(Buffer.alloc(LONG, 97 + n).toString('latin1'), 64 * 1024));
  collect();
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(2 * LONG);
  expect(beginnings).toHaveLength(16);
});
