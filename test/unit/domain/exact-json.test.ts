import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  digitsAsStrings,
  hasInexactNumber,
  parseMarked,
  unmarkedText,
  withExactNumbers,
} from '../../../domain/exact-json.ts';

describe('[answer:numbers:exact-or-refused] JSON whose numbers are not changed by being read', () => {
  test.each([
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567891',
    '9007199254740993.5',
    '1e999',
    '-1e999',
    '1e-999',
    '100000000000000000000000001',
    'NaN',
    '-Infinity',
  ])('%s is kept digit by digit', (number) => {
    const text = `{"a":[${number}]}`;
    expect(hasInexactNumber(text)).toBe(true);
    expect(digitsAsStrings(parseMarked(text))).toEqual({ a: [number] });
    expect(unmarkedText(parseMarked(text))).toBe(text);
    expect(JSON.parse(withExactNumbers(text))).toEqual({ a: [number] });
  });

  test.each([
    '9007199254740992',
    '1e21',
    '1E+21',
    '123456789012345680000',
    '0.1',
    '0.12345678901234567890',
    '-0.0',
    '0e5',
    '1.50',
    '1e-300',
    '1000000000000000000000000',
  ])('%s is a number', (number) => {
    expect(hasInexactNumber(`[${number}]`)).toBe(false);
    expect(parseMarked(`[${number}]`)).toEqual([Number(number)]);
  });

  test('texts are left alone, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const json = JSON.stringify({ [`${text}9007199254740993`]: `1e999${text}"\\9007199254740993` });
        expect(withExactNumbers(json)).toBe(json);
      }),
    );
  });

  test('a text of many megabytes is read', () => {
    const json = JSON.stringify(['1234567890123456789"\\'.repeat(500_000)]);
    expect(withExactNumbers(json)).toBe(json);
  });
});
