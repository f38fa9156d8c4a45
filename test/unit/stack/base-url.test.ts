import { expect, test } from 'vitest';
import { baseUrlOf } from '../../../stack/base-url.ts';

test.each([
  ['127.0.0.1', 'http://127.0.0.1:8787'],
  ['0.0.0.0', 'http://127.0.0.1:8787'],
  ['::', 'http://127.0.0.1:8787'],
  ['::1', 'http://[::1]:8787'],
  ['box.lan', 'http://box.lan:8787'],
])('[stack:settings:documented-and-checked] an API that listens on %s is announced as %s', (host, url) => {
  expect(baseUrlOf(host, 8787)).toBe(url);
});
