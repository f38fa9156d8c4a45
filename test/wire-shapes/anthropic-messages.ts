import { data, named, type WireShape } from './wire-shape.ts';

const protocol = 'anthropic-messages';
type Fields = Readonly<Record<string, unknown>>;
const event = (type: string, fields: Fields = {}) => named(type, { type, ...fields });
const begin = event('message_start', {
  message: { id: 'm', role: 'assistant', content: [], usage: { input_tokens: 11, output_tokens: 1 } },
});
const start = (index: unknown, block: Fields) => event('content_block_start', { index, content_block: block });
const add = (index: unknown, type: string, fields: Fields) =>
  event('content_block_delta', { index, delta: { type, ...fields } });
const stop = (index: unknown) => event('content_block_stop', { index });
const text = (index: number, said: string) => [
  start(index, { type: 'text', text: '' }),
  add(index, 'text_delta', { text: said }),
  stop(index),
];
const tool = { type: 'tool_use', id: 't', name: 'lookup', input: {} };
const json = (index: unknown, partial_json: unknown) => add(index, 'input_json_delta', { partial_json });
const call = (index: number, ...pieces: readonly string[]) => [
  start(index, tool),
  ...pieces.map((piece) => json(index, piece)),
  stop(index),
];
const reason = (stop_reason: string | null) =>
  event('message_delta', { delta: { stop_reason }, usage: { output_tokens: 7 } });
const over = event('message_stop');
const end = (stop_reason: string) => [reason(stop_reason), over];
const hi = text(0, 'Hi.');
const look = [['lookup', { q: 1 }]] as const;
const interrupted = { fails: 'model.interrupted', charged: 'reservation', partial: 'Hi.' } as const;
const message = (fields: Fields) =>
  JSON.stringify({
    type: 'message',
    role: 'assistant',
    content: [{ type: 'text', text: 'Hi.' }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 11, output_tokens: 7 },
    ...fields,
  });

export const anthropicMessages: readonly WireShape[] = [
  { name: 'as the reference has it', protocol, body: [begin, ...hi, ...end('end_turn')], is: { text: 'Hi.' } },
  {
    name: 'pings everywhere',
    protocol,
    body: [event('ping'), begin, event('ping'), ...hi, event('ping'), ...end('end_turn'), event('ping')],
    is: { text: 'Hi.' },
  },
  { name: 'no message_stop', protocol, body: [begin, ...hi, reason('end_turn')], is: { text: 'Hi.' } },
  { name: 'message_stop without a reason', protocol, body: [begin, ...hi, reason(null), over], is: { text: 'Hi.' } },
  { name: 'no block stop', protocol, body: [begin, ...hi.slice(0, 2), ...end('end_turn')], is: { text: 'Hi.' } },
  {
    name: 'types only in the names of events',
    protocol,
    body: [
      begin,
      named('content_block_start', { index: 0, content_block: { type: 'text', text: 'Hi.' } }),
      named('content_block_stop', { index: 0 }),
      ...end('end_turn'),
    ],
    is: { text: 'Hi.' },
  },
  {
    name: 'types only in the data',
    protocol,
    body: [begin, ...hi, ...end('end_turn')].map((frame) => frame.replace(/^event: .*\n/, '')),
    is: { text: 'Hi.' },
  },
  {
    name: 'string indexes',
    protocol,
    body: [begin, start('0', tool), json('0', '{"q":1}'), stop('0'), ...end('tool_use')],
    is: { calls: look },
  },
  {
    name: 'no indexes',
    protocol,
    body: [begin, start(undefined, tool), json(undefined, '{"q":1}'), stop(undefined), ...end('tool_use')],
    is: { calls: look },
    // Without an index, pieces that come behind the end of their block look like those of a call without arguments.
    ambiguousCalls: true,
  },
  {
    name: 'input with the beginning of its block',
    protocol,
    body: [begin, start(0, { ...tool, input: { q: 1 } }), stop(0), ...end('tool_use')],
    is: { calls: look },
  },
  {
    name: 'input in pieces',
    protocol,
    body: [begin, ...call(0, '', '{"q"', ':', '1}'), ...end('tool_use')],
    is: { calls: look },
  },
  {
    name: 'a piece of input as an object',
    protocol,
    body: [begin, start(0, tool), json(0, { q: 1 }), stop(0), ...end('tool_use')],
    is: { calls: look },
  },
  {
    name: 'the input behind the stop reason',
    protocol,
    saysMoreBehindItsEnd: true,
    body: [begin, ...call(0), reason('tool_use'), json(0, '{"q":1}'), over],
    is: { calls: look },
  },
  { name: 'no input', protocol, body: [begin, ...call(0), ...end('tool_use')], is: { calls: [['lookup', {}]] } },
  {
    name: 'input that is no JSON',
    protocol,
    body: [begin, ...call(0, '{"q":'), ...end('tool_use')],
    is: { calls: [['lookup', undefined]] },
  },
  {
    name: 'text and two calls',
    protocol,
    body: [begin, ...hi, ...call(1, '{"q":1}'), ...call(2, '{"q":2}'), ...end('tool_use')],
    is: {
      text: 'Hi.',
      calls: [
        ['lookup', { q: 1 }],
        ['lookup', { q: 2 }],
      ],
    },
  },
  {
    name: 'an integer beyond 2^53',
    protocol,
    body: [begin, ...call(0, '{"q":90071992', '54740993}'), ...end('tool_use')],
    is: { calls: [['lookup', { q: '9007199254740993' }, 'inexact']] },
  },
  {
    name: 'a large number with the beginning of its block',
    protocol,
    body: [begin, start(0, tool).replace('"input":{}', '"input":{"q":1e999}'), stop(0), ...end('tool_use')],
    is: { calls: [['lookup', { q: '1e999' }, 'inexact']] },
  },
  {
    name: 'thinking with its signature',
    protocol,
    body: [
      begin,
      start(0, { type: 'thinking', thinking: '' }),
      add(0, 'thinking_delta', { thinking: 'Hm.' }),
      add(0, 'signature_delta', { signature: 'sig' }),
      stop(0),
      ...text(1, 'Hi.'),
      ...end('end_turn'),
    ],
    is: {
      text: 'Hi.',
      next: {
        content: [
          { type: 'thinking', thinking: 'Hm.', signature: 'sig' },
          { type: 'text', text: 'Hi.' },
        ],
      },
    },
  },
  {
    name: 'thinking that is not shown',
    protocol,
    body: [begin, start(0, { type: 'redacted_thinking', data: 'x1' }), stop(0), ...text(1, 'Hi.'), ...end('end_turn')],
    is: {
      text: 'Hi.',
      next: {
        content: [
          { type: 'redacted_thinking', data: 'x1' },
          { type: 'text', text: 'Hi.' },
        ],
      },
    },
  },
  {
    name: 'blocks of a kind that is yet to come',
    protocol,
    body: [
      begin,
      start(0, { type: 'hologram' }),
      add(0, 'hologram_delta', { x: 1 }),
      stop(0),
      ...text(1, 'Hi.'),
      ...end('end_turn'),
    ],
    is: { text: 'Hi.' },
  },
  {
    name: 'events of a kind that is yet to come',
    protocol,
    body: [begin, event('metrics', { tps: 4 }), ...hi, ...end('end_turn')],
    is: { text: 'Hi.' },
  },
  { name: 'max_tokens', protocol, body: [begin, ...hi, ...end('max_tokens')], is: { text: 'Hi.', finish: 'length' } },
  {
    name: 'max_tokens in the middle of a call',
    protocol,
    body: [begin, start(0, tool), json(0, '{"q":'), ...end('max_tokens')],
    is: { calls: [['lookup', undefined]], finish: 'length' },
  },
  {
    name: 'max_tokens behind a whole call',
    protocol,
    body: [begin, ...call(0, '{"q":1}'), ...end('max_tokens')],
    is: { calls: look, finish: 'length' },
  },
  {
    name: 'the end of the context window',
    protocol,
    body: [begin, ...hi, ...end('model_context_window_exceeded')],
    is: { text: 'Hi.', finish: 'length' },
  },
  { name: 'a stop sequence', protocol, body: [begin, ...hi, ...end('stop_sequence')], is: { text: 'Hi.' } },
  { name: 'a refusal', protocol, body: [begin, ...hi, ...end('refusal')], is: { text: 'Hi.', finish: 'refusal' } },
  { name: 'a refusal without a word', protocol, body: [begin, ...end('refusal')], is: { finish: 'refusal' } },
  {
    name: 'tool_use without a call',
    protocol,
    body: [begin, ...end('tool_use')],
    is: { fails: 'model.malformed_answer', charged: 'reported' },
  },
  {
    name: 'an empty end after results',
    protocol,
    mayBeEmpty: true,
    body: [begin, ...end('end_turn')],
    is: { finish: 'empty' },
  },
  {
    name: 'an empty end after a message',
    protocol,
    body: [begin, ...end('end_turn')],
    is: { fails: 'model.empty_answer', charged: 'reported' },
  },
  {
    name: 'an error behind the end',
    protocol,
    body: [begin, ...hi, reason('end_turn'), event('error', { error: { type: 'api_error', message: 'late' } })],
    is: { text: 'Hi.' },
  },
  {
    name: 'a reset behind the end',
    protocol,
    body: [begin, ...hi, reason('end_turn')],
    afterwards: 'reset',
    is: { text: 'Hi.' },
  },
  {
    name: 'a block behind the end',
    protocol,
    ambiguousCalls: true,
    body: [begin, ...hi, reason('end_turn'), ...call(1, '{"q":1}'), over],
    is: { text: 'Hi.' },
  },
  {
    name: 'silence behind the end',
    protocol,
    body: [begin, ...hi, reason('end_turn')],
    afterwards: 'silence',
    is: { text: 'Hi.' },
  },
  {
    name: 'an error before the end',
    protocol,
    body: [begin, ...hi, event('error', { error: { type: 'overloaded_error', message: 'x' } })],
    is: { fails: 'model.overloaded', charged: 'reservation', partial: 'Hi.' },
  },
  { name: 'an end of the stream before the end', protocol, body: [begin, ...hi], is: interrupted },
  { name: 'an empty reason, then nothing', protocol, body: [begin, ...hi, reason('')], is: interrupted },
  {
    name: 'a piece of a block that never began',
    protocol,
    body: [begin, ...hi, json(3, '{"q":1}'), ...end('tool_use')],
    is: interrupted,
  },
  {
    name: 'a damaged frame',
    protocol,
    body: [begin, ...hi, data('{"type":"content_block_st'), ...end('end_turn')],
    is: interrupted,
  },
  {
    name: 'cached input',
    protocol,
    body: [
      event('message_start', {
        message: {
          usage: { input_tokens: 11, cache_read_input_tokens: 5, cache_creation_input_tokens: 3, output_tokens: 1 },
        },
      }),
      ...hi,
      ...end('end_turn'),
    ],
    is: { text: 'Hi.', usage: [19, 7, 5] },
  },
  {
    name: 'input counted again at the end, as zero',
    protocol,
    body: [
      begin,
      ...hi,
      event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 0, output_tokens: 7 } }),
    ],
    is: { text: 'Hi.' },
  },
  {
    name: 'input counted only at the end',
    protocol,
    body: [
      event('message_start', { message: { usage: { input_tokens: 0, output_tokens: 0 } } }),
      ...hi,
      event('message_delta', { delta: { stop_reason: 'end_turn' }, usage: { input_tokens: 11, output_tokens: 7 } }),
    ],
    is: { text: 'Hi.' },
  },
  {
    name: 'no usage',
    protocol,
    body: [
      event('message_start', { message: {} }),
      ...hi,
      event('message_delta', { delta: { stop_reason: 'end_turn' } }),
      over,
    ],
    is: { text: 'Hi.', usage: 'none' },
  },
  { name: 'one JSON document', protocol, contentType: 'application/json', body: [message({})], is: { text: 'Hi.' } },
  {
    name: 'one JSON document with a call',
    protocol,
    contentType: 'application/json',
    body: [message({ content: [{ ...tool, input: { q: 1 } }], stop_reason: 'tool_use' })],
    is: { calls: look },
  },
  {
    name: '200 with an error',
    protocol,
    contentType: 'application/json',
    body: [JSON.stringify({ type: 'error', error: { type: 'overloaded_error', message: 'x' } })],
    is: { fails: 'model.overloaded', charged: 'nothing' },
  },
  {
    name: '200 with a page',
    protocol,
    contentType: 'text/html',
    body: ['<html><body>Maintenance</body></html>'],
    is: { fails: 'model.rejected', charged: 'estimated', says: /Maintenance/ },
  },
  {
    name: 'one JSON document whose content is a text',
    protocol,
    contentType: 'application/json',
    body: [message({ content: 'Hi.' })],
    is: { text: 'Hi.' },
  },
  {
    name: 'an exception of the gateway',
    protocol,
    body: [data({ message: 'Too many requests', __type: 'ThrottlingException' })],
    is: { fails: 'model.rate_limited', charged: 'nothing', says: /Too many requests/ },
  },
  {
    name: 'the answer of another protocol',
    protocol,
    body: [data({ choices: [{ index: 0, delta: { content: 'Hi.' }, finish_reason: 'stop' }] }), data('[DONE]')],
    is: { fails: 'model.rejected', charged: 'estimated', says: /no answer of a model: \{"choices"/ },
  },
  {
    name: 'pings, then nothing',
    protocol,
    body: [event('ping'), event('ping')],
    is: { fails: 'model.interrupted', charged: 'reservation' },
  },
  {
    name: '200 with a document of another kind',
    protocol,
    contentType: 'application/json',
    body: ['{"result":null,"errors":[]}'],
    is: { fails: 'model.rejected', charged: 'estimated', says: /no answer of a model: \{"result"/ },
  },
];
