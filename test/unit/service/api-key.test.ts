import { expect, test } from 'vitest';
import { createApiKey, isWellFormedKey, sha256OfKey } from '../../../service/tenants/api-key.ts';

test('[api:key:required-and-kept-as-hash] a key is brk_, 43 characters of secret and 6 of checksum, all base62', () => {
  const { key, shownPrefix } = createApiKey();
  expect(key).toMatch(/^brk_[0-9A-Za-z]{49}$/);
  expect(key.startsWith(shownPrefix)).toBe(true);
  expect(shownPrefix.length).toBeLessThan(16);
});

test('[api:key:required-and-kept-as-hash] no two keys are the same, and the stored hash is that of the whole key', () => {
  const keys = Array.from({ length: 50 }, createApiKey);
  expect(new Set(keys.map(({ key }) => key)).size).toBe(50);
  for (const { key, sha256 } of keys) expect(sha256.equals(sha256OfKey(key))).toBe(true);
});

test('[api:key:required-and-kept-as-hash] a key with any one character changed is refused by its checksum', () => {
  const { key } = createApiKey();
  expect(isWellFormedKey(key)).toBe(true);
  for (let at = 4; at < key.length; at++) {
    const other = key[at] === 'x' ? 'y' : 'x';
    expect(isWellFormedKey(key.slice(0, at) + other + key.slice(at + 1))).toBe(false);
  }
});

test.each(['', 'brk_', 'brk_short', `sk_${'a'.repeat(49)}`, `brk_${'ä'.repeat(49)}`, `brk_${'a'.repeat(50)}`])(
  '%j is not a key',
  (text) => {
    expect(isWellFormedKey(text)).toBe(false);
  },
);
