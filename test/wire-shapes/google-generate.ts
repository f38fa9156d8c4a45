import { data, type WireShape } from './wire-shape.ts';

const protocol = 'google-generate';
type Fields = Readonly<Record<string, unknown>>;
const usageMetadata = { promptTokenCount: 11, candidatesTokenCount: 7, totalTokenCount: 18 };
const document = (parts: readonly Fields[], finishReason?: string, rest: Fields = { usageMetadata }) => ({
  candidates: [{ content: { role: 'model', parts }, finishReason, index: 0 }],
  ...rest,
});
const frame = (...args: Parameters<typeof document>) => data(document(...args));
const call = (args: unknown, rest: Fields = {}) => ({ functionCall: { name: 'lookup', args }, ...rest });
const hi = [{ text: 'Hi.' }];
const look = [['lookup', { q: 1 }]] as const;
const interrupted = { fails: 'model.interrupted', charged: 'reservation', partial: 'Hi.' } as const;
const failed = (reason: string): WireShape => ({
  name: reason,
  protocol,
  body: [frame([], reason)],
  is: { fails: 'model.malformed_answer', charged: 'reported', says: new RegExp(reason) },
});
const filtered = (reason: string): WireShape => ({
  name: reason,
  protocol,
  body: [frame(hi, reason)],
  is: { text: 'Hi.', finish: 'content-filter' },
});

export const googleGenerate: readonly WireShape[] = [
  {
    name: 'as the reference has it',
    protocol,
    body: [frame([{ text: 'H' }]), frame([{ text: 'i.' }], 'STOP')],
    is: { text: 'Hi.' },
  },
  {
    name: 'a finish reason without parts',
    protocol,
    body: [frame(hi), data({ candidates: [{ finishReason: 'STOP' }], usageMetadata })],
    is: { text: 'Hi.' },
  },
  {
    name: 'usage behind the finish reason',
    protocol,
    body: [frame(hi, 'STOP', {}), data({ usageMetadata })],
    is: { text: 'Hi.' },
  },
  { name: '[DONE] behind the end', protocol, body: [frame(hi, 'STOP'), data('[DONE]')], is: { text: 'Hi.' } },
  {
    name: 'an error behind the end',
    protocol,
    body: [frame(hi, 'STOP', {}), data({ error: { code: 503, status: 'UNAVAILABLE', message: 'late' } })],
    is: { text: 'Hi.', usage: 'none' },
  },
  { name: 'a reset behind the end', protocol, body: [frame(hi, 'STOP')], afterwards: 'reset', is: { text: 'Hi.' } },
  { name: 'silence behind the end', protocol, body: [frame(hi, 'STOP')], afterwards: 'silence', is: { text: 'Hi.' } },
  {
    name: 'frames without candidates',
    protocol,
    body: [data({ usageMetadata: { promptTokenCount: 11 } }), frame(hi, 'STOP')],
    is: { text: 'Hi.' },
  },
  { name: 'candidates: null', protocol, body: [data({ candidates: null }), frame(hi, 'STOP')], is: { text: 'Hi.' } },
  {
    name: 'content: null',
    protocol,
    body: [data({ candidates: [{ content: null }] }), frame(hi, 'STOP')],
    is: { text: 'Hi.' },
  },
  {
    name: 'an unspecified reason in mid-answer',
    protocol,
    body: [frame([{ text: 'H' }], 'FINISH_REASON_UNSPECIFIED'), frame([{ text: 'i.' }], 'STOP')],
    is: { text: 'Hi.' },
  },
  { name: 'each document wrapped', protocol, body: [data({ response: document(hi, 'STOP') })], is: { text: 'Hi.' } },
  {
    name: 'comments between frames',
    protocol,
    body: [': ping\n\n', frame([{ text: 'H' }]), ': ping\n\n', frame([{ text: 'i.' }], 'STOP')],
    is: { text: 'Hi.' },
  },
  {
    name: 'a JSON list of documents',
    protocol,
    contentType: 'application/json',
    body: [JSON.stringify([document([{ text: 'H' }]), document([{ text: 'i.' }], 'STOP')])],
    is: { text: 'Hi.' },
  },
  {
    name: 'half a JSON list',
    protocol,
    contentType: 'application/json',
    body: [JSON.stringify([document(hi, 'STOP')]).slice(0, -1)],
    is: { fails: 'model.interrupted', charged: 'reservation' },
  },
  {
    name: 'a JSON list without an end',
    protocol,
    contentType: 'application/json',
    body: [JSON.stringify([document(hi)])],
    is: interrupted,
  },
  {
    name: 'one JSON document',
    protocol,
    contentType: 'application/json',
    body: [JSON.stringify(document(hi, 'STOP'))],
    is: { text: 'Hi.' },
  },
  { name: 'a call', protocol, body: [frame([call({ q: 1 })], 'STOP')], is: { calls: look } },
  {
    name: 'two calls with ids',
    protocol,
    body: [
      frame(
        [
          { functionCall: { id: 'a', name: 'lookup', args: { q: 1 } } },
          { functionCall: { id: 'b', name: 'lookup', args: { q: 2 } } },
        ],
        'STOP',
      ),
    ],
    is: {
      calls: [
        ['lookup', { q: 1 }],
        ['lookup', { q: 2 }],
      ],
    },
  },
  { name: 'arguments as text', protocol, body: [frame([call('{"q":1}')], 'STOP')], is: { calls: look } },
  { name: 'no arguments', protocol, body: [frame([call(undefined)], 'STOP')], is: { calls: [['lookup', {}]] } },
  { name: 'args: null', protocol, body: [frame([call(null)], 'STOP')], is: { calls: [['lookup', {}]] } },
  {
    name: 'an integer beyond 2^53',
    protocol,
    body: [frame([call({ q: 1 })], 'STOP').replace('"q":1', '"q":9007199254740993')],
    is: { calls: [['lookup', { q: '9007199254740993' }, 'inexact']] },
  },
  {
    name: '1e999',
    protocol,
    body: [frame([call({ q: 1 })], 'STOP').replace('"q":1', '"q":1e999')],
    is: { calls: [['lookup', { q: '1e999' }, 'inexact']] },
  },
  {
    name: 'a call without a name',
    protocol,
    body: [frame([{ functionCall: { args: {} } }], 'STOP')],
    is: { fails: 'model.malformed_answer', charged: 'reported' },
  },
  {
    name: 'a thought',
    protocol,
    body: [frame([{ text: 'Hm.', thought: true }]), frame(hi, 'STOP')],
    is: { text: 'Hi.' },
  },
  {
    name: 'a signature on a call',
    protocol,
    body: [frame([call({ q: 1 }, { thoughtSignature: 'sig' })], 'STOP')],
    is: { calls: look, next: { parts: [{ functionCall: { name: 'lookup' }, thoughtSignature: 'sig' }] } },
  },
  {
    name: 'a signature on an empty text',
    protocol,
    body: [frame(hi), frame([{ text: '', thoughtSignature: 'sig' }], 'STOP')],
    is: { text: 'Hi.', next: { parts: [{ text: 'Hi.', thoughtSignature: 'sig' }] } },
  },
  {
    name: 'parts of other kinds',
    protocol,
    body: [
      frame([{ executableCode: { code: '1' } }, { inlineData: { mimeType: 'image/png', data: '' } }, ...hi], 'STOP'),
    ],
    is: { text: 'Hi.' },
  },
  { name: 'MAX_TOKENS', protocol, body: [frame(hi, 'MAX_TOKENS')], is: { text: 'Hi.', finish: 'length' } },
  {
    name: 'MAX_TOKENS behind a call',
    protocol,
    body: [frame([call({ q: 1 })], 'MAX_TOKENS')],
    is: { calls: look, finish: 'length' },
  },
  {
    name: 'MAX_TOKENS with nothing but a thought',
    protocol,
    body: [frame([{ text: 'Hm.', thought: true }], 'MAX_TOKENS')],
    is: { fails: 'model.empty_answer', charged: 'reported' },
  },
  ...['SAFETY', 'RECITATION', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'LANGUAGE', 'IMAGE_SAFETY', 'MODEL_ARMOR'].map(
    filtered,
  ),
  {
    name: 'SAFETY without a word',
    protocol,
    body: [
      data({ candidates: [{ finishReason: 'SAFETY' }], usageMetadata: { promptTokenCount: 11, totalTokenCount: 11 } }),
    ],
    is: { finish: 'content-filter', usage: [11, 0] },
  },
  {
    name: 'a prompt that is blocked',
    protocol,
    body: [
      data({ promptFeedback: { blockReason: 'SAFETY' }, usageMetadata: { promptTokenCount: 11, totalTokenCount: 11 } }),
    ],
    is: { finish: 'content-filter', usage: [11, 0] },
  },
  ...[
    'OTHER',
    'MALFORMED_FUNCTION_CALL',
    'UNEXPECTED_TOOL_CALL',
    'TOO_MANY_TOOL_CALLS',
    'MALFORMED_RESPONSE',
    'MISSING_THOUGHT_SIGNATURE',
  ].map(failed),
  {
    name: 'MALFORMED_FUNCTION_CALL beside a call',
    protocol,
    body: [frame([call({ q: 1 })], 'MALFORMED_FUNCTION_CALL')],
    is: { fails: 'model.malformed_answer', charged: 'reported' },
  },
  {
    name: 'an empty end after results',
    protocol,
    mayBeEmpty: true,
    body: [frame([], 'STOP', { usageMetadata: { promptTokenCount: 11, totalTokenCount: 11 } })],
    is: { finish: 'empty', usage: [11, 0] },
  },
  {
    name: 'an empty end after a message',
    protocol,
    body: [frame([{ text: '' }], 'STOP')],
    is: { fails: 'model.empty_answer', charged: 'reported' },
  },
  { name: 'an end of the stream before the end', protocol, body: [frame(hi)], is: interrupted },
  { name: 'an empty reason, then nothing', protocol, body: [frame(hi, '')], is: interrupted },
  {
    name: 'a call, then nothing',
    protocol,
    body: [frame([call({ q: 1 })])],
    is: { fails: 'model.interrupted', charged: 'reservation' },
  },
  {
    name: 'a damaged frame',
    protocol,
    body: [frame(hi), data('{"candidates":[{"con'), frame([], 'STOP')],
    is: interrupted,
  },
  {
    name: 'an error before the end',
    protocol,
    body: [frame(hi), data({ error: { code: 429, status: 'RESOURCE_EXHAUSTED', message: 'x' } })],
    is: { fails: 'model.rate_limited', charged: 'reservation', partial: 'Hi.' },
  },
  {
    name: '200 with an error',
    protocol,
    contentType: 'application/json',
    body: [JSON.stringify({ error: { code: 404, status: 'NOT_FOUND', message: 'no such model' } })],
    is: { fails: 'model.not_found', charged: 'nothing', says: /no such model/ },
  },
  {
    name: '200 with a list that holds an error',
    protocol,
    contentType: 'application/json',
    body: [JSON.stringify([{ error: { code: 503, status: 'UNAVAILABLE', message: 'x' } }])],
    is: { fails: 'model.overloaded', charged: 'reservation' },
  },
  {
    name: 'thinking and cached input',
    protocol,
    body: [
      frame(hi, 'STOP', {
        usageMetadata: {
          promptTokenCount: 30,
          cachedContentTokenCount: 12,
          candidatesTokenCount: 4,
          thoughtsTokenCount: 6,
          totalTokenCount: 40,
        },
      }),
    ],
    is: { text: 'Hi.', usage: [30, 10, 12, 6] },
  },
  {
    name: 'thinking that only the total counts',
    protocol,
    body: [
      frame(hi, 'STOP', { usageMetadata: { promptTokenCount: 30, candidatesTokenCount: 4, totalTokenCount: 40 } }),
    ],
    is: { text: 'Hi.', usage: [30, 10] },
  },
  { name: 'no usage', protocol, body: [frame(hi, 'STOP', {})], is: { text: 'Hi.', usage: 'none' } },
  {
    name: 'fields in snake case',
    protocol,
    body: [
      data({
        candidates: [{ content: { parts: [{ text: 'Hi.' }] }, finish_reason: 'STOP' }],
        usage_metadata: { prompt_token_count: 11, candidates_token_count: 7, total_token_count: 18 },
      }),
    ],
    is: { text: 'Hi.' },
  },
  {
    name: 'a call in snake case',
    protocol,
    body: [frame([{ function_call: { name: 'lookup', args: { q: 1 } }, thought_signature: 'c2ln' }], 'STOP')],
    is: { calls: look, next: { parts: [{ functionCall: { name: 'lookup' }, thoughtSignature: 'c2ln' }] } },
  },
  {
    name: 'a namespace before the name of a call',
    protocol,
    body: [frame([{ functionCall: { name: 'default_api:lookup', args: { q: 1 } } }], 'STOP')],
    is: { calls: look },
  },
  {
    name: 'a reason with a message',
    protocol,
    body: [
      data({
        candidates: [{ finishReason: 'MALFORMED_FUNCTION_CALL', finishMessage: 'Malformed function call: look up(1)' }],
        usageMetadata,
      }),
    ],
    is: { fails: 'model.malformed_answer', charged: 'reported', says: /CALL": Malformed function call: look up\(1\)$/ },
  },
  {
    name: 'the answer of another protocol',
    protocol,
    body: [data({ choices: [{ index: 0, delta: { content: 'Hi.' }, finish_reason: 'stop' }] }), data('[DONE]')],
    is: { fails: 'model.rejected', charged: 'estimated', says: /no answer of a model: \{"choices"/ },
  },
];
