import { delta, end, finish, say, usage } from './openai-frames.ts';
import { data, type WireShape } from './wire-shape.ts';

const protocol = 'openai-chat';
const hi = say('Hi.');
const look = [['lookup', { q: 1 }]] as const;
const message = (fields: object, finish_reason: string | null = 'stop') =>
  JSON.stringify({
    id: 'c1',
    choices: [{ index: 0, message: { role: 'assistant', ...fields }, finish_reason }],
    usage: { prompt_tokens: 11, completion_tokens: 7 },
  });
const json = 'application/json';

/** Frames, and responses that are no stream, of servers of OpenAI's protocol. */
export const openAiDocuments: readonly WireShape[] = [
  {
    name: 'Infinity in log probabilities',
    protocol,
    body: [`data: {"choices":[{"index":0,"delta":{"content":"Hi."},"logprobs":[-Infinity]}]}\n\n`, ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'comments between frames',
    protocol,
    body: [': OPENROUTER PROCESSING\n\n', hi, ': ping\n\n', ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'a first frame without choices',
    protocol,
    body: [data({ prompt_filter_results: [{}], choices: [] }), hi, ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'choices: null in mid-answer',
    protocol,
    body: [hi, data({ choices: null }), ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'delta: null',
    protocol,
    body: [data({ choices: [{ index: 0, delta: null }] }), hi, ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'content as a list of parts',
    protocol,
    body: [delta({ content: [{ type: 'text', text: 'Hi.' }] }), ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'thinking in a list of parts',
    protocol,
    body: [
      delta({
        content: [
          { type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] },
          { type: 'text', text: 'Hi.' },
        ],
      }),
      ...end('stop'),
    ],
    is: { text: 'Hi.' },
  },
  {
    name: 'frames with another choice',
    protocol,
    body: [data({ choices: [{ index: 1, delta: { content: 'No.' } }] }), hi, ...end('stop')],
    is: { text: 'Hi.' },
  },
  { name: 'CRLF', protocol, body: [[hi, ...end('stop')].join('').replaceAll('\n', '\r\n')], is: { text: 'Hi.' } },
  {
    name: 'no blank behind data:',
    protocol,
    body: [[hi, ...end('stop')].join('').replaceAll('data: ', 'data:')],
    is: { text: 'Hi.' },
  },
  {
    name: 'no empty line behind the last frame',
    protocol,
    body: [hi, usage, finish('stop').trimEnd()],
    is: { text: 'Hi.' },
  },
  { name: 'a byte-order mark', protocol, body: ['\uFEFF', hi, ...end('stop')], is: { text: 'Hi.' } },
  {
    name: 'a stream that calls itself JSON',
    protocol,
    contentType: json,
    body: [hi, ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'a stream without a type',
    protocol,
    contentType: 'application/octet-stream',
    body: [hi, ...end('stop')],
    is: { text: 'Hi.' },
  },
  { name: 'one JSON document', protocol, contentType: json, body: [message({ content: 'Hi.' })], is: { text: 'Hi.' } },
  {
    name: 'one JSON document without a finish reason',
    protocol,
    contentType: json,
    body: [message({ content: 'Hi.' }, null)],
    is: { text: 'Hi.' },
  },
  {
    name: 'one JSON document in pieces, with calls',
    protocol,
    contentType: json,
    body: [
      '  ',
      message(
        { content: null, tool_calls: [{ id: 'a', function: { name: 'lookup', arguments: '{"q":1}' } }] },
        'tool_calls',
      ).slice(0, 40),
      message(
        { content: null, tool_calls: [{ id: 'a', function: { name: 'lookup', arguments: '{"q":1}' } }] },
        'tool_calls',
      ).slice(40),
    ],
    is: { calls: look },
  },
  {
    name: 'half a JSON document',
    protocol,
    contentType: json,
    body: [message({ content: 'Hi.' }).slice(0, 50)],
    is: { fails: 'model.interrupted', charged: 'reservation' },
  },
  {
    name: 'one document a line',
    protocol,
    contentType: 'application/x-ndjson',
    body: [hi, ...end('stop')]
      .map((frame) => frame.slice(6))
      .filter((line) => line[0] === '{')
      .map((line) => line.replace('\n\n', '\n')),
    is: { text: 'Hi.' },
  },
  {
    name: '200 with an error',
    protocol,
    contentType: json,
    body: [
      JSON.stringify({ error: { message: 'model sk-abcdefgh12345678 is not loaded', type: 'invalid_request_error' } }),
    ],
    is: { fails: 'model.rejected', charged: 'nothing', says: /^200 .*model \[redacted\] is not loaded/ },
  },
  {
    name: '200 with an error that is a text',
    protocol,
    contentType: json,
    body: ['{"error":"no such model"}'],
    is: { fails: 'model.not_found', charged: 'nothing', says: /no such model/ },
  },
  {
    name: '200 with an overload',
    protocol,
    contentType: json,
    body: [JSON.stringify({ error: { message: 'busy', code: 503 } })],
    is: { fails: 'model.overloaded', charged: 'nothing' },
  },
  {
    name: '200 with a document of another kind',
    protocol,
    contentType: json,
    body: ['{"detail":{"message":"Not Found"}}'],
    is: { fails: 'model.rejected', charged: 'nothing', says: /Not Found/ },
  },
  {
    name: '200 with a page',
    protocol,
    contentType: 'text/html',
    body: ['<!doctype html><title>Sign in</title><p>Please sign in.</p>'],
    is: { fails: 'model.rejected', charged: 'estimated', says: /^200: .*Sign in Please sign in\./ },
  },
  {
    name: '200 with a text',
    protocol,
    contentType: 'text/plain',
    body: ['upstream connect error'],
    is: { fails: 'model.rejected', charged: 'estimated', says: /upstream connect error/ },
  },
];
