import { expect, test } from 'vitest';
import { createCallModelOnce } from '../../../models/call-model-once.ts';
import { ModelCallError, type ModelProtocol } from '../../../models/model-call.ts';
import { boundedResponse } from '../../../processes/bounded-response.ts';
import { kindOfProtocol } from '../../support/kind-of-protocol.ts';

const MIB = 1024 * 1024;
/** The memory by which the process may grow while it reads one answer. The attacks below send up to a hundred times as much. */
const MOST_GROWTH = 350 * MIB;
/** Each attack is over within seconds on a busy machine. What takes time that grows with its square takes minutes. */
const TIMEOUT_MS = 60_000;

interface Attack {
  readonly name: string;
  readonly protocol?: ModelProtocol;
  /** The pieces of the body. They come without end where the attack is one of length. */
  readonly body: () => Iterable<string>;
  /** The type of the failure, or what the answer has. */
  readonly ends: string;
  readonly tools?: boolean;
}

const frame = (value: unknown) => `data: ${typeof value === 'string' ? value : JSON.stringify(value)}\n\n`;
const delta = (fields: object) => frame({ choices: [{ index: 0, delta: fields }] });
const done = `${frame({ choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}${frame('[DONE]')}`;

function* endless(piece: string): Generator<string> {
  for (;;) yield piece;
}
function* times(count: number, piece: (index: number) => string, end = ''): Generator<string> {
  const together = 500;
  for (let at = 0; at < count; at += together) {
    yield Array.from({ length: Math.min(together, count - at) }, (_, index) => piece(at + index)).join('');
  }
  yield end;
}
const call = (fields: object) => delta({ tool_calls: [fields] });
const characters = (count: number, character: string) => character.repeat(count);

const attacks: readonly Attack[] = [
  { name: 'comments without end', body: () => endless(': \n'.repeat(5_000)), ends: 'model.answer_too_long' },
  {
    name: 'empty lines without end',
    body: () => endless(`data:\n${'\n'.repeat(50_000)}`),
    ends: 'model.answer_too_long',
  },
  { name: 'a million empty frames', body: () => times(1_000_000, () => 'data:\n\n'), ends: 'model.answer_too_long' },
  {
    name: 'empty deltas without end',
    body: () => endless(delta({ content: '' }).repeat(200)),
    ends: 'model.answer_too_long',
  },
  {
    name: 'fields that nobody knows, without end',
    body: () => endless(`data: {}\n\n${'x: y\n'.repeat(9_999)}`),
    ends: 'model.answer_too_long',
  },
  { name: 'one line without end', body: () => endless(`data: ${characters(65_536, 'x')}`), ends: 'model.interrupted' },
  {
    name: 'one event of lines without end',
    body: () => endless(`data: ${characters(65_000, 'x')}\n`),
    ends: 'model.interrupted',
  },
  {
    name: 'one document without end',
    body: () => endless(`{"choices":"${characters(65_536, 'x')}`),
    ends: 'model.interrupted',
  },
  { name: 'white space without end', body: () => endless(characters(65_536, ' ')), ends: 'model.answer_too_long' },
  {
    name: 'lines that end in both ways',
    body: () => times(400, () => `${characters(65_535, '\n')}\r`, 'data: {}\n\n'),
    ends: 'model.answer_too_long',
  },
  {
    name: 'a frame nested 400,000 deep',
    body: () => [frame(`{"choices":${characters(400_000, '[')}`)],
    ends: 'model.interrupted',
  },
  {
    name: 'a document of 400,000 levels',
    body: () => [`{"choices":${characters(400_000, '[')}${characters(400_000, ']')}}`],
    ends: 'model.interrupted',
  },
  {
    name: 'a document of 300,000 lists',
    body: () => [`{"choices":[${characters(300_000, '[],')}[]]}`, characters(1, ' ')],
    ends: 'model.',
  },
  {
    name: 'a number of a million digits',
    body: () => [`{"choices":[],"usage":{"total_tokens":${characters(900_000, '9')}}}`],
    ends: 'model.',
  },
  {
    name: 'a frame of numbers of sixteen digits',
    body: () => [frame(`{"choices":[],"n":[${'9007199254740993,'.repeat(50_000)}1]}`), done],
    ends: 'model.',
  },
  {
    name: 'a string that never ends, behind a long number',
    body: () => [frame(`{"n":9007199254740993,"s":"${characters(400_000, '\\"')}`)],
    ends: 'model.interrupted',
  },
  {
    name: '12,000 tool calls in one frame',
    body: () => [
      delta({ tool_calls: Array.from({ length: 12_000 }, (_, index) => ({ index, function: { name: 'a' } })) }),
    ],
    ends: 'model.answer_too_long',
  },
  {
    name: '100,000 tool calls with ids',
    body: () => times(100_000, (index) => call({ id: `c${index}`, function: { name: 'a', arguments: '{}' } })),
    ends: 'model.answer_too_long',
  },
  {
    name: 'a name of a tool without end',
    body: () => endless(call({ index: 0, function: { name: characters(60_000, 'n') } })),
    ends: 'model.answer_too_long',
  },
  {
    name: 'a call in pieces of one character',
    body: () =>
      times(
        15_000,
        (index) =>
          call({
            index: 0,
            function: { name: index === 0 ? 'a' : undefined, arguments: index === 0 ? '{"a":"' : 'x' },
          }),
        `${call({ index: 0, function: { arguments: '"}' } })}${done}`,
      ),
    ends: 'one call',
  },
  {
    name: 'a call whose name is repeated with each piece',
    body: () =>
      times(20_000, (index) => call({ function: { name: 'a', arguments: index === 0 ? '{"a":"' : '}' } }), done),
    ends: 'model.',
  },
  {
    name: 'text in pieces of one character',
    body: () => times(15_000, () => delta({ content: 'x' }), done),
    ends: 'text',
    tools: true,
  },
  {
    name: 'line feeds and marks of thoughts',
    body: () => times(100, () => delta({ content: `${characters(500, '\n')}x<think>` }), done),
    ends: 'text',
    tools: true,
  },
  {
    name: 'marks of thoughts and nothing else',
    body: () => [delta({ content: '<think></think>'.repeat(4_000) }), done],
    ends: 'model.',
  },
  {
    name: 'the beginning of a call with white space without end',
    body: () => times(10_000, (index) => delta({ content: index === 0 ? '{' : '   ' }), done),
    ends: 'text',
    tools: true,
  },
  {
    name: 'reasoning details in many pieces',
    body: () =>
      times(15_000, (index) => delta({ reasoning_details: [{ type: 'reasoning.text', index, text: 'x' }] }), done),
    ends: 'model.',
  },
  {
    name: 'token counts under ever new names',
    body: () =>
      times(
        15_000,
        (index) => frame({ choices: [{ index: 0, delta: {} }], usage: { [`n${index}`]: 1 } }),
        `${delta({ content: 'ok' })}${done}`,
      ),
    ends: 'text',
  },
  {
    name: 'the page of a proxy that opens many scripts',
    body: () => ['<script'.repeat(9_000)],
    ends: 'model.rejected',
  },
  {
    name: 'stray lines that open many scripts',
    body: () => times(15_000, (index) => (index === 0 ? 'data: {}\n\n' : '<script\n'), 'data: {}\n\n'),
    ends: 'model.',
  },
  {
    name: 'blocks that are never closed',
    protocol: 'anthropic-messages',
    body: () =>
      times(200_000, (index) => frame({ type: 'content_block_start', index, content_block: { type: 'other' } })),
    ends: 'model.answer_too_long',
  },
  {
    name: 'empty text in ever new blocks',
    protocol: 'anthropic-messages',
    body: () =>
      times(
        10_000,
        (index) =>
          `${frame({ type: 'content_block_start', index, content_block: { type: 'redacted_thinking', data: 'x' } })}${frame({ type: 'content_block_stop', index })}`,
      ),
    ends: 'model.answer_too_long',
  },
  {
    name: 'pings without end',
    protocol: 'anthropic-messages',
    body: () => endless(frame({ type: 'ping' }).repeat(500)),
    ends: 'model.answer_too_long',
  },
  {
    name: 'signatures without end',
    protocol: 'anthropic-messages',
    body: () =>
      times(2_000, (index) =>
        index === 0
          ? frame({ type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '' } })
          : frame({
              type: 'content_block_delta',
              index: 0,
              delta: { type: 'signature_delta', signature: characters(5_000, 's') },
            }),
      ),
    ends: 'model.answer_too_long',
  },
  {
    name: 'parts without text',
    protocol: 'google-generate',
    body: () => [
      frame({
        candidates: [
          { content: { parts: Array.from({ length: 20_000 }, () => ({ functionCall: { name: 'a', args: {} } })) } },
        ],
      }),
    ],
    ends: 'model.answer_too_long',
  },
];

test.each(attacks)(
  '[answer:bounds:bytes-counted-decoded] $name: the answer ends in bounded memory and work',
  { timeout: TIMEOUT_MS },
  async ({ protocol = 'openai-chat', body, ends, tools = false }) => {
    const before = process.memoryUsage().rss;
    let most = before;
    let sent = 0;
    const pieces = body()[Symbol.iterator]();
    const encoder = new TextEncoder();
    const stream = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          most = Math.max(most, process.memoryUsage.rss());
          const next = pieces.next();
          if (next.done) return controller.close();
          const bytes = encoder.encode(next.value);
          sent += bytes.byteLength;
          if (sent > 64 * MIB) return controller.error(new Error('nothing stops it'));
          controller.enqueue(bytes);
        },
      },
      { highWaterMark: 0 },
    );
    const callOnce = createCallModelOnce({
      fetch: async (_url, init) => boundedResponse(new Response(stream), init?.maxResponseBytes ?? 0),
    });
    const outcome = await callOnce({
      target: {
        provider: 'p',
        kind: kindOfProtocol[protocol],
        model: 'm',
        protocol,
        baseUrl: 'http://x.example',
        apiKey: 'sk-none',
      },
      system: '',
      messages: [{ role: 'user', text: 'Hello' }],
      tools: tools ? [{ name: 'a', description: '', inputSchema: { type: 'object' } }] : [],
      maxOutputTokens: 1_000,
      maxRequestBytes: 100_000,
      signal: new AbortController().signal,
    }).then(
      (answer) => (answer.toolCalls.length > 0 ? `one call` : `text`),
      (error: unknown) => (error instanceof ModelCallError ? error.type : String(error)),
    );
    expect(outcome.startsWith(ends), `it ended as ${outcome}`).toBe(true);
    expect(most - before).toBeLessThan(MOST_GROWTH);
    expect(sent).toBeLessThan(48 * MIB);
  },
);
