import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createExactLines } from '../../../mcp/exact-lines.ts';

const sent = [
  'event: message\n',
  'id: 12345678901234567890123\n',
  'data: {"structuredContent":{"id":9007199254740993,"name":"Żółć 9007199254740993"}}\n\n',
  '{"n":1e999}',
].join('');
const expected = [
  'event: message\n',
  'id: 12345678901234567890123\n',
  'data: {"structuredContent":{"id":"9007199254740993","name":"Żółć 9007199254740993"}}\n\n',
  '{"n":"1e999"}',
].join('');

test('[answer:numbers:exact-or-refused] a number of a structured result that cannot be held is passed on as a string, however the message is cut', () => {
  const bytes = Buffer.from(sent);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: bytes.length }), (size) => {
      const lines = createExactLines(10_000);
      const pieces: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) pieces.push(lines.feed(bytes.subarray(at, at + size)));
      expect(Buffer.concat([...pieces, lines.rest()]).toString()).toBe(expected);
    }),
  );
});

test('a line that is longer than a message may be is passed on, so that it is found to be too long', () => {
  const lines = createExactLines(10);
  expect(lines.feed(Buffer.from('x'.repeat(11)))).toHaveLength(11);
});
