import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMessageStream, type Framing } from '../../../../mcp/transport/message-stream.ts';

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
    `event: message\nid: 12345678901234567890123\ndata: ${exact}\n\ndata: {\ndata: "n":"1e999"}\n\ndata: {"k":1}\n\ndata: {"k":2}\n\ndata: {"n":1}\n\n`,
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

const MAX = 3 * 1024 * 1024;
const longText = 'x\\"é'.repeat(1_000_000);

test.each([
  ['lines', `{"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"${longText}"}]}}`, '\n', false],
  [
    'lines',
    `{"result":{"content":[{"type":"text","text":"${longText}"}],"isError":true},"jsonrpc":"2.0","id":7}`,
    '\n',
    true,
  ],
  [
    'body',
    `{"jsonrpc": "2.0", "id": 7, "result": {"isError": true, "content": [\n{"text": "${longText}"}]}}`,
    '',
    true,
  ],
  [
    'events',
    `data: {"jsonrpc":"2.0","id":7,"result":{"content":[{"type":"text","text":"${longText}"}]}}`,
    '\n\n',
    false,
  ],
] as const)(
  '[tool:result:part-by-part] of an answer that is too long the beginning is read, and what follows it too: %s',
  (framing, message, end, isError) => {
    const stream = createMessageStream(framing, MAX);
    const next = framing === 'body' ? '' : 'data: {"k":1}\n\n';
    const sent = Buffer.from(`${message}${end}${next}`);
    let read = '';
    for (let at = 0; at < sent.length; at += 65_536) read += stream.feed(sent.subarray(at, at + 65_536)).toString();
    read += stream.rest().toString();
    const [answer = '', ...others] = read.split('\n');
    const { id, result } = JSON.parse(answer.replace('data: ', ''));
    expect([id, result.isError]).toEqual([7, isError]);
    expect(result.content[0].text).toMatch(/^\[The server sent \d{7} bytes\. Only the beginning of them was read\.\]$/);
    expect(result.content[1].text).toMatch(/^(?:x"é)+(?:x"?)?\uFFFD?$/);
    expect(result.content[1].text.length).toBeGreaterThan(1_000_000);
    if (framing !== 'body') expect(others.join('\n')).toContain('{"k":1}');
  },
);

test.each(['lines', 'events', 'body'] as const)(
  'a message that is too long and no answer is an error, and so is one without end: %s',
  (framing) => {
    const stream = createMessageStream(framing, 10);
    expect(stream.feed(Buffer.from('x'.repeat(11)))).toHaveLength(0);
    expect(() => stream.rest()).toThrow('longer than 10 bytes');
    const endless = createMessageStream(framing, 10);
    expect(() => {
      for (;;) endless.feed(Buffer.from('x'));
    }).toThrow('longer than 10 bytes');
  },
);
