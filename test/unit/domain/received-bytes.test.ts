import { expect, test } from 'vitest';
import { receivedTooMuch } from '../../../domain/received-bytes.ts';

test.each([
  [0, 0],
  [99, 100],
  [100, 100],
])('[answer:bounds:sum-of-a-session] a session that was sent %i of %i bytes goes on', (receivedBytes, most) => {
  expect(receivedTooMuch({ receivedBytes, mostReceivedBytes: most })).toBeUndefined();
});

test.each([
  [1, 0],
  [101, 100],
  [5_000_000_000, 4_294_967_296],
])(
  '[answer:bounds:sum-of-a-session] the error about %i of %i bytes names the limit and both numbers',
  (receivedBytes, most) => {
    const error = receivedTooMuch({ receivedBytes, mostReceivedBytes: most });
    expect(error?.code).toBe('session.received_too_much');
    for (const part of ['"session_received_bytes"', `${most} bytes`, `used ${receivedBytes}.`]) {
      expect(error?.message).toContain(part);
    }
  },
);
