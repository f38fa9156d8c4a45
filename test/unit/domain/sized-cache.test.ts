import { expect, test } from 'vitest';
import { bytesOfJson, createSizedCache, fewBytes } from '../../../domain/sized-cache.ts';

test('[cache:bytes:none-counts-entries] long keys and large values push older ones out, and what is too large is not kept', () => {
  const cache = createSizedCache<string>({ maxBytes: 100_000, bytesOf: ({ length }) => 2 * length });
  const held = (prefix: string) =>
    Array.from({ length: 100 }, (_, each) => cache.get(`${prefix}${each}`)).filter(Boolean).length;
  for (let each = 0; each < 100; each++) cache.set(`small${each}`, 'x');
  expect(held('small')).toBe(100);
  for (let each = 0; each < 100; each++) cache.set(`large${each}`, 'x'.repeat(10_000));
  expect(held('small')).toBe(0);
  expect(held('large')).toBe(4);
  for (let each = 0; each < 100; each++) cache.set(`${'k'.repeat(10_000)}${each}`, 'x');
  expect(held('k'.repeat(10_000))).toBe(4);
  cache.set('huge', 'x'.repeat(100_000));
  expect(cache.get('huge')).toBeUndefined();
});

test('an entry holds for as long as it may', () => {
  let now = 1;
  const cache = createSizedCache<true>({ maxBytes: 10_000, bytesOf: fewBytes, ttlMs: 50, nowMs: () => now });
  cache.set('a', true);
  now += 49;
  expect(cache.get('a')).toBe(true);
  now += 10;
  expect(cache.get('a')).toBeUndefined();
});

test('values of JSON are taken for what they need in memory, not as text', () => {
  expect(bytesOfJson(Array.from({ length: 1_000 }, () => []))).toBeGreaterThan(40_000);
});
