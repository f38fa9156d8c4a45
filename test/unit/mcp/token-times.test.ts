import { expect, test } from 'vitest';
import { tokenTimes } from '../../../mcp/oauth/token-times.ts';

const NOW = Date.parse('2026-01-01T00:00:00Z');
const after = (seconds: number) => new Date(NOW + seconds * 1_000);

test.each([
  ['an hour', 3_600, after(3_540), after(3_600)],
  ['a minute', 60, after(45), after(60)],
  ['no time at all', 0, after(0), after(0)],
  ['less than no time', -5, after(0), after(0)],
])('[tool:oauth:token-for-each-request] a token of %s is renewed in time', (_life, seconds, refreshAt, expiresAt) => {
  expect(tokenTimes(NOW, seconds * 1_000)).toEqual({ refreshAt, expiresAt });
});

test('[tool:oauth:token-for-each-request] a token whose life is not known is used until it is refused', () => {
  expect(tokenTimes(NOW, undefined)).toEqual({ refreshAt: null, expiresAt: null });
});
