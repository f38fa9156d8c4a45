import { expect, test } from 'vitest';
import { payloadsOf } from '../../../db/notify.ts';

test('a payload never reaches the 8,000 bytes at which Postgres refuses it, and no id is lost', () => {
  const ids = Array.from({ length: 2_000 }, (_, i) => `sess_${String(i).padStart(26, '0')}`);
  const payloads = payloadsOf(ids);
  for (const payload of payloads) expect(Buffer.byteLength(payload)).toBeLessThan(8_000);
  expect(payloads.join(',').split(',')).toEqual(ids);
});

test('without ids there is no payload', () => {
  expect(payloadsOf([])).toEqual([]);
});
