import { describe, expect, it } from 'vitest';
import { deeperThan, storableJson, storableText } from '../../../domain/storable-text.ts';

describe('text that Postgres can store', () => {
  it('NUL and lone surrogates become replacement characters, everything else stays', () => {
    expect(storableText('a\0b\ud800c\u{1f600}')).toBe('a\uFFFDb\uFFFDc\u{1f600}');
    expect(storableJson({ 'k\0': ['\udfff', { n: 1 }] })).toEqual({ 'k\uFFFD': ['\uFFFD', { n: 1 }] });
  });

  it('a value without them is returned as it is', () => {
    const value = { a: ['é', 1, null] };
    expect(storableJson(value)).toBe(value);
  });

  it('the depth of a value is known without walking deeper than asked', () => {
    let deep: unknown = 0;
    for (let level = 0; level < 100_000; level++) deep = [deep];
    expect(deeperThan(deep, 32)).toBe(true);
    expect(deeperThan({ a: [1] }, 2)).toBe(false);
    expect(deeperThan({ a: [1] }, 1)).toBe(true);
  });
});
