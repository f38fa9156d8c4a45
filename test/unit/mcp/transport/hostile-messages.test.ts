import { expect, test } from 'vitest';
import { createMessageFlood } from '../../../../mcp/transport/message-flood.ts';
import { createMessageStream, type Framing } from '../../../../mcp/transport/message-stream.ts';
import { UnreadableMessageError } from '../../../../mcp/transport/wire-message.ts';

const MIB = 1024 * 1024;
const MOST_MESSAGE = 8 * MIB;
const PIECE = 65_536;

const many = (count: number, text: string) => text.repeat(count);
const result = (inner: string) => `{"jsonrpc":"2.0","id":7,"result":${inner}}`;

/** Feeds the text in pieces as a socket does. @returns the reason why it was given up, or what came out of it */
function read(framing: Framing, pieces: Iterable<string>): { readonly outcome: string; readonly grew: number } {
  const before = process.memoryUsage.rss();
  let most = before;
  const stream = createMessageStream(framing, MOST_MESSAGE, { requestId: 7 });
  const out: string[] = [];
  try {
    for (const piece of pieces) {
      const bytes = Buffer.from(piece);
      for (let at = 0; at < bytes.length; at += PIECE) {
        out.push(stream.feed(bytes.subarray(at, at + PIECE)).toString());
        most = Math.max(most, process.memoryUsage.rss());
      }
    }
    out.push(stream.rest().toString());
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { outcome: error instanceof UnreadableMessageError ? why : `threw ${why}`, grew: most - before };
  }
  return { outcome: out.join('').trim().slice(0, 300), grew: most - before };
}

test.each<[string, Framing, () => Iterable<string>, RegExp]>([
  ['empty lines', 'lines', () => [many(8 * MIB, '\n')], /^it sent 4194304 bytes without a message$/],
  ['lines of white space', 'lines', () => [many(100_000, `${many(80, ' ')}\n`)], /bytes without a message$/],
  ['words in place of messages', 'lines', () => [many(100_000, `${many(80, 'x')}\n`)], /bytes without a message$/],
  ['comments', 'events', () => [many(200_000, `: ${many(40, 'x')}\n`)], /bytes without a message$/],
  ['empty events', 'events', () => [many(8 * MIB, '\n')], /bytes without a message$/],
  ['names of events', 'events', () => [many(500_000, 'event: message\n')], /bytes without a message$/],
  ['lines that end in both ways', 'events', () => [many(90, `${many(PIECE - 1, '\n')}\r`)], /bytes without a message$/],
  [
    'a message nested a million deep',
    'body',
    () => [result(`${many(1_000_000, '[')}${many(1_000_000, ']')}`)],
    /^\{"jsonrpc":"2.0","id":7,"result":\{"agent-runs\/result":\[\[\[/,
  ],
  [
    'a line nested a million deep',
    'lines',
    () => [`${result(many(1_000_000, '{"a":'))}\n`],
    /^\{"jsonrpc":"2.0","id":7,"result":\{"a":\{"a":/,
  ],
  [
    'a result of two million lists',
    'body',
    () => [result(`{"content":[${many(2_000_000, '[],')}[]]}`)],
    /^\{"jsonrpc":"2.0","id":7,"result":\{"content":\[\{"type":"text","text":"\[The server sent 6000050 bytes/,
  ],
  [
    'an error of two million lists',
    'body',
    () => [`{"jsonrpc":"2.0","id":7,"error":[${many(2_000_000, '[],')}[]]}`],
    /^it sent JSON that has more than 500000 values$/,
  ],
  [
    'a batch of two million messages',
    'lines',
    () => [`[${many(2_000_000, '{},')}{}]\n`],
    /^it sent JSON that has more than 500000 values$/,
  ],
  [
    'a batch of 100,000 messages',
    'body',
    () => [`[${many(100_000, '{"jsonrpc":"2.0","method":"x"},')}{}]`],
    /^it sent more than 1000 messages at once$/,
  ],
  [
    'a number of a million digits',
    'body',
    () => [result(`{"n":${many(1_000_000, '9')}}`)],
    /^\{"jsonrpc":"2.0","id":7,"result":\{"n":"9{200}/,
  ],
  [
    'strings that never end, behind a long number',
    'body',
    () => [`{"n":9007199254740993,"s":"${many(1_000_000, '\\"')}`],
    /^\{"n":"9007199254740993","s":/,
  ],
  ['control characters in a string that never ends', 'body', () => [`{"s":"${many(1_000_000, '\\"\t')}`], /^\{"s":/],
])(
  '[answer:bounds:bytes-counted-decoded] %s from a tool server (%s) take bounded memory and work',
  { timeout: 60_000 },
  (_name, framing, pieces, outcome) => {
    const taken = read(framing, pieces());
    expect(taken.outcome).toMatch(outcome);
    expect(taken.grew).toBeLessThan(300 * MIB);
  },
);

test('[answer:bounds:bytes-counted-decoded] keep-alives between messages are read for ever', () => {
  const hour = `${many(20_000, ': ping\n\n')}data: {"jsonrpc":"2.0","method":"x"}\n\n`;
  expect(
    read(
      'events',
      Array.from({ length: 60 }, () => hour),
    ).outcome,
  ).toMatch(/^data: \{"jsonrpc"/);
});

test('[tool:messages:unasked-are-bounded] what a server sends unasked is read, then dropped, then ends its connection', () => {
  let nowMs = 0;
  const flood = createMessageFlood(() => nowMs);
  const fates = (count: number) => new Set(Array.from({ length: count }, flood));
  expect(fates(500)).toEqual(new Set(['read']));
  expect(fates(19_500)).toEqual(new Set(['drop']));
  expect(flood()).toBe('close');
  // A server that sends fifty messages a second is read for as long as it likes.
  nowMs += 1_000_000;
  for (let second = 0; second < 1_000; second++) {
    nowMs += 1_000;
    expect(fates(50)).toEqual(new Set(['read']));
  }
});

test.each(['events', 'lines', 'body'] as const)('a message of 7 MiB in %s is read whole', (framing) => {
  const message = result(`{"text":"${many(7 * MIB, 'x')}"}`);
  const sent = framing === 'events' ? `data: ${message}\n\n` : `${message}\n`;
  const stream = createMessageStream(framing, MOST_MESSAGE, { requestId: 7 });
  const out = Buffer.concat([stream.feed(Buffer.from(sent)), stream.rest()]).toString();
  expect(out.trim()).toBe(sent.trim());
});
