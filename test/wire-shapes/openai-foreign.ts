import { calls, done, end, finish, piece, say, usage } from './openai-frames.ts';
import { data, named, type WireShape } from './wire-shape.ts';

const protocol = 'openai-chat';
const hi = say('Hi.');
const json = 'application/json';

/** An error in a shape that has no name of its own: it is in no document of the protocol, and a stream may end behind it. */
const failing = (name: string, document: unknown): WireShape => ({
  name,
  protocol,
  body: [data(document), done],
  is: { fails: 'model.rejected', charged: 'nothing', says: /engine crashed/ },
});

/** Documents of a stream that are framed in another way, or are none of the protocol. */
export const openAiForeign: readonly WireShape[] = [
  {
    name: 'two documents in one frame',
    protocol,
    body: [`${say('H').trimEnd()}\n${say('i.').trimEnd()}\n\n`, ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'a document and the half of one in one frame',
    protocol,
    body: [`${hi.trimEnd()}\n${say('Hi.').slice(0, 30)}\n\n`, ...end('stop')],
    is: { fails: 'model.interrupted', charged: 'reservation' },
  },
  {
    name: 'data: twice',
    protocol,
    body: [hi, ...end('stop')].map((frame) => `data: ${frame}`),
    is: { text: 'Hi.' },
  },
  {
    name: 'a document without data:',
    protocol,
    body: [hi, `${finish('stop').slice('data: '.length)}`, usage, done],
    is: { text: 'Hi.' },
  },
  {
    name: 'an error behind error:',
    protocol,
    body: [hi, 'error: {"code":500,"message":"the cache is full","type":"server_error"}\n\n'],
    is: { fails: 'model.overloaded', charged: 'reservation', partial: 'Hi.', says: /the cache is full/ },
  },
  {
    name: 'an error without data:',
    protocol,
    body: [hi, '{"error":{"message":"the cache is full"}}\n\n'],
    is: { fails: 'model.interrupted', charged: 'reservation', partial: 'Hi.', says: /the cache is full/ },
  },
  {
    name: 'the page of a proxy in mid-answer',
    protocol,
    body: [hi, '<html><h1>504 Gateway Time-out</h1></html>'],
    is: { fails: 'model.interrupted', charged: 'reservation', partial: 'Hi.', says: /: 504 Gateway Time-out$/ },
  },
  {
    name: 'a text in place of a document',
    protocol,
    body: [hi, data('Internal Server Error')],
    is: { fails: 'model.interrupted', charged: 'reservation', partial: 'Hi.', says: /Internal Server Error/ },
  },
  {
    name: 'a line that means nothing',
    protocol,
    body: [hi, 'x-cache: miss\n\n', ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'a page behind the end',
    protocol,
    body: [hi, ...end('stop'), '<html><h1>504 Gateway Time-out</h1></html>\n\n'],
    is: { text: 'Hi.' },
  },
  failing('detail', { detail: 'engine crashed' }),
  failing('message and type', { message: 'engine crashed', type: 'fault' }),
  failing('success: false', { success: false, errors: [{ code: 7, message: 'engine crashed' }] }),
  failing('base_resp', { base_resp: { status_code: 1008, status_msg: 'engine crashed' } }),
  failing('status and msg', { status: 'fail', msg: 'engine crashed' }),
  failing('a fault', { fault: { faultstring: 'engine crashed', detail: { errorcode: 'x' } } }),
  {
    name: 'an overload with the name of its exception',
    protocol,
    body: [data({ message: 'Too many requests', __type: 'ThrottlingException' })],
    is: { fails: 'model.rate_limited', charged: 'nothing', says: /Too many requests/ },
  },
  {
    name: 'an error within the choice',
    protocol,
    body: [hi, data({ choices: [{ index: 0, delta: {}, error: { code: 502, message: 'upstream died' } }] })],
    is: { fails: 'model.overloaded', charged: 'reservation', partial: 'Hi.', says: /upstream died/ },
  },
  {
    name: 'an error beside the finish reason error',
    protocol,
    body: [
      hi,
      data({
        error: { code: 502, message: 'upstream died, key sk-abcdefgh12345678' },
        choices: [{ index: 0, delta: { content: '' }, finish_reason: 'error' }],
      }),
      usage,
      done,
    ],
    is: {
      fails: 'model.malformed_answer',
      charged: 'reported',
      partial: 'Hi.',
      says: /"error": upstream died, key \[redacted\]$/,
    },
  },
  {
    name: 'the answer of another protocol',
    protocol,
    body: [
      named('message_start', { type: 'message_start', message: { id: 'm', role: 'assistant', content: [] } }),
      named('message_stop', { type: 'message_stop' }),
    ],
    is: { fails: 'model.rejected', charged: 'estimated', says: /^200: the response is no answer.*message_start/ },
  },
  {
    name: 'frames of a native protocol',
    protocol,
    body: [data({ response: 'Hi' }), data({ response: '.' }), done],
    is: { fails: 'model.rejected', charged: 'estimated', says: /no answer of a model: \{"response":"Hi"\}/ },
  },
  {
    name: 'lines of a native protocol',
    protocol,
    contentType: 'application/x-ndjson',
    body: ['{"message":{"role":"assistant","content":"Hi."},"done":false}\n', '{"done":true,"done_reason":"stop"}\n'],
    is: { fails: 'model.rejected', charged: 'estimated', says: /"done"/ },
  },
  {
    name: '200 with an empty list',
    protocol,
    contentType: json,
    body: ['[]'],
    is: { fails: 'model.rejected', charged: 'estimated', says: /no answer of a model: \[\]/ },
  },
  {
    name: '200 with an empty list of choices',
    protocol,
    contentType: json,
    body: ['{"id":"x","choices":[]}'],
    is: { fails: 'model.rejected', charged: 'estimated', says: /no answer of a model: \{"id":"x"/ },
  },
  {
    name: '200 with a result of another kind',
    protocol,
    contentType: json,
    body: [JSON.stringify({ result: { response: 'Hi.' }, success: true, errors: [], messages: [] })],
    is: { fails: 'model.rejected', charged: 'estimated', says: /no answer of a model: \{"result"/ },
  },
  {
    name: 'nothing but pings',
    protocol,
    body: [data({ type: 'ping' }), data({})],
    is: { fails: 'model.interrupted', charged: 'reservation' },
  },
  {
    name: 'blanks around the name of a call',
    protocol,
    body: [calls(piece(0, 'a', ' lookup\n', '{"q":1}')), ...end('tool_calls')],
    is: { calls: [['lookup', { q: 1 }]] },
  },
  {
    name: 'the name behind the arguments',
    protocol,
    body: [
      calls({ index: 0, id: 'a', function: { arguments: '{"q":1}' } }),
      calls({ index: 0, function: { name: 'lookup' } }),
      ...end('tool_calls'),
    ],
    is: { calls: [['lookup', { q: 1 }]] },
  },
  {
    name: 'a namespace before the name',
    protocol,
    body: [calls(piece(0, 'a', 'functions.lookup', '{"q":1}')), ...end('tool_calls')],
    is: { calls: [['lookup', { q: 1 }]] },
  },
  {
    name: 'a namespace before a name that was not offered',
    protocol,
    body: [calls(piece(0, 'a', 'functions.delete', '{"q":1}')), ...end('tool_calls')],
    is: { calls: [['functions.delete', { q: 1 }]] },
  },
];
