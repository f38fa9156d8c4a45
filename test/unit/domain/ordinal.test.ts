import { expect, test } from 'vitest';
import { ordinal } from '../../../domain/ordinal.ts';

test.each([
  [1, 'first'],
  [2, 'second'],
  [3, 'third'],
  [4, '4th'],
  [11, '11th'],
  [12, '12th'],
  [13, '13th'],
  [21, '21st'],
  [22, '22nd'],
  [103, '103rd'],
  [111, '111th'],
])('%i is called %s', (n, word) => {
  expect(ordinal(n)).toBe(word);
});
