import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageStream, type Framing } from '../../../mcp/message-stream.ts';

const number = '{"structuredContent":{"id":9007199254740993,"name":"Żółć 9007199254740993"}}';
const exact = '{"structuredContent":{"id":"9007199254740993","name":"Żółć 9007199254740993"}}';

function read(framing: Framing, sent: Buffer, size = sent.length): string {
  const stream = createMessageStream(framing, 10_000);
  const pieces: Buffer[] = [];
  for (let at = 0; at < sent.length; at += size) pieces.push(stream.feed(sent.subarray(at, at + size)));
  return Buffer.concat([...pieces, stream.rest()]).toString();
}

test.each([
  [
    'lines',
    `Starting 1e999.\n${number}\r\n[{"k":1},\t{"n":1e999}]\n{"n":1e999}`,
    `Starting 1e999.\n${exact}\n{"k":1}\n{"n":"1e999"}\n{"n":"1e999"}`,
  ],
  ['body', `\uFEFF[\n 1e999\n]`, '"1e999"'],
  ['body', '[\n {"n":1e999},\n {}\n]', '[{"n":"1e999"},{}]'],
  ['body', '<html>\n<p>12345e999</p>\n</html>', '<html>\n<p>12345e999</p>\n</html>'],
  [
    'events',
    `: hello\nevent: message\nid: 12345678901234567890123\ndata: ${number}\n\ndata:{\r\ndata:"n":1e999}\r\n\r\ndata: [{"k":1},{"k":2}]\n\ndata: {"n":1}`,
    `: hello\nevent: message\nid: 12345678901234567890123\ndata: ${exact}\n\ndata: {\ndata: "n":"1e999"}\n\r\ndata: {"k":1}\n\ndata: {"k":2}\n\ndata: {"n":1}\n\n`,
  ],
  ['events', 'event: endpoint\ndata: /messages?sessionId=12345e999-90071992547409931234\n\n', undefined],
] as const)(
  '[answer:numbers:exact-or-refused] messages in %s reach the SDK one by one with the digits of their numbers, however they are cut: %j',
  (framing, sent, wanted) => {
    const bytes = Buffer.from(sent);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: bytes.length }), (size) => {
        expect(read(framing, bytes, size)).toBe(wanted ?? sent);
      }),
      { seed: 11 },
    );
  },
);

test('a message that is longer than it may be is passed on, so that it is found to be too long', () => {
  for (const framing of ['lines', 'events', 'body'] as const) {
    expect(createMessageStream(framing, 10).feed(Buffer.from('x'.repeat(11)))).toHaveLength(11);
  }
});
