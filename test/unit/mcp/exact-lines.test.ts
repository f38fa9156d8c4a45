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

test.each([
  'event: endpoint\ndata: /messages?sessionId=12345e999-90071992547409931234\n\n',
  'event: endpoint\r\ndata: /messages?sessionId=12345e999\r\n\r\n',
  '<html>\n<p>12345e999</p>\n</html>',
])('[answer:numbers:exact-or-refused] text that is no JSON is passed on as it is: %j', (text) => {
  const lines = createExactLines(10_000);
  expect(Buffer.concat([lines.feed(Buffer.from(text)), lines.rest()]).toString()).toBe(text);
});

test('[answer:numbers:exact-or-refused] a message behind other text, or over several lines, is rewritten', () => {
  const lines = createExactLines(10_000);
  const text = 'Starting 1e999.\n{"n":1e999}\n\nevent: message\ndata: {\ndata: "n":1e999}\n\n[\n  1e999\n]';
  const wanted = 'Starting 1e999.\n{"n":"1e999"}\n\nevent: message\ndata: {\ndata: "n":"1e999"}\n\n[\n  "1e999"\n]';
  expect(Buffer.concat([lines.feed(Buffer.from(text)), lines.rest()]).toString()).toBe(wanted);
});
