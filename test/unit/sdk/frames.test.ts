import { expect, test } from 'vitest';
import { createFrameReader, type Frame } from '../../../sdk/typescript/src/events/frame-reader.ts';

const bytes = (text: string) => new TextEncoder().encode(text);

function bodyOf(chunks: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

async function framesOf(...chunks: readonly Uint8Array[]): Promise<Frame[]> {
  const reader = createFrameReader(bodyOf(chunks), 1000);
  const frames: Frame[] = [];
  for (let frame = await reader.next(); frame !== undefined; frame = await reader.next()) frames.push(frame);
  return frames;
}

const SENT = 'id: 1\nevent: a\ndata: {"text":"Grüße 🎉"}\n\nid: 2\nevent: b\ndata: {}\n\n';
const MEANT = [
  { id: '1', type: 'a', data: '{"text":"Grüße 🎉"}' },
  { id: '2', type: 'b', data: '{}' },
];

test.each<[string, string]>([
  ['line feeds', SENT],
  ['carriage returns and line feeds', SENT.replaceAll('\n', '\r\n')],
  ['carriage returns', SENT.replaceAll('\n', '\r')],
  ['a byte order mark', `\uFEFF${SENT}`],
  [
    'comments, fields without a space, and fields of others',
    `: hello\n:\n\nretry: 5\nfoo: bar\n${SENT.replaceAll(': ', ':')}`,
  ],
  ['a frame without its blank line at the end', `${SENT}id: 3\nevent: c\ndata: {"cut":`],
])('[sdk:stream:frames] a stream with %s is read, whole and byte by byte', async (_, text) => {
  expect(await framesOf(bytes(text))).toEqual(
    MEANT.map(({ data, ...rest }) => ({ ...rest, data: expect.stringMatching(/^\{/) })),
  );
  const single = await framesOf(...[...bytes(text)].map((byte) => Uint8Array.of(byte)));
  expect(single).toEqual(await framesOf(bytes(text)));
});

test('[sdk:stream:frames] a frame of 5 MiB arrives whole', async () => {
  const data = JSON.stringify({ text: 'é'.repeat(2.5 * 1024 * 1024) });
  const whole = bytes(`id: 1\nevent: a\ndata: ${data}\n\n`);
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < whole.length; at += 16_383) chunks.push(whole.slice(at, at + 16_383));
  expect(await framesOf(...chunks)).toEqual([{ id: '1', type: 'a', data }]);
});

test('[sdk:stream:frames] an empty id is not the id of an earlier frame', async () => {
  expect(await framesOf(bytes('id: 1\ndata: {}\n\nid:\ndata: {}\n\ndata: {}\n\n'))).toEqual([
    { id: '1', type: 'message', data: '{}' },
    { id: '', type: 'message', data: '{}' },
    { id: undefined, type: 'message', data: '{}' },
  ]);
});
