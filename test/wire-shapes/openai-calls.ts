import { calls, delta, end, finish, piece, usage } from './openai-frames.ts';
import type { WireShape } from './wire-shape.ts';

const protocol = 'openai-chat';
const look = [['lookup', { q: 1 }]] as const;
const both = [
  ['lookup', { q: 1 }],
  ['get_weather', { city: 'Rome' }],
] as const;
const weather = '{"city":"Rome"}';
const callEnd = end('tool_calls');

/** Tool calls in the forms that servers of OpenAI's protocol give them. */
export const openAiCalls: readonly WireShape[] = [
  {
    name: 'arguments in one piece',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":1}')), ...callEnd],
    is: { calls: look },
  },
  {
    name: 'arguments one character a piece',
    protocol,
    ambiguousCalls: true,
    body: [
      calls(piece(0, 'a', 'lookup', '')),
      ...[...'{"q":1}'].map((c) => calls(piece(0, undefined, undefined, c))),
      ...callEnd,
    ],
    is: { calls: look },
  },
  {
    name: 'arguments as an object',
    protocol,
    body: [calls({ index: 0, id: 'a', function: { name: 'lookup', arguments: { q: 1 } } }), ...callEnd],
    is: { calls: look },
  },
  {
    name: 'arguments as an empty object, then as text',
    protocol,
    ambiguousCalls: true,
    body: [
      calls({ index: 0, id: 'a', function: { name: 'lookup', arguments: {} } }),
      calls(piece(0, undefined, undefined, '{"q":1}')),
      ...callEnd,
    ],
    is: { calls: look },
  },
  {
    name: 'arguments as the text of an empty object, then for good',
    protocol,
    ambiguousCalls: true,
    body: [calls(piece(0, 'a', 'lookup', '{}')), calls(piece(0, undefined, undefined, '{"q":1}')), ...callEnd],
    is: { calls: look },
  },
  {
    name: 'arguments as JSON in JSON',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', JSON.stringify('{"q":1}'))), ...callEnd],
    is: { calls: look },
  },
  {
    name: 'arguments null',
    protocol,
    body: [calls({ index: 0, id: 'a', function: { name: 'lookup', arguments: null } }), ...callEnd],
    is: { calls: [['lookup', {}]] },
  },
  {
    name: 'no arguments',
    protocol,
    body: [calls({ index: 0, id: 'a', function: { name: 'lookup' } }), ...callEnd],
    is: { calls: [['lookup', {}]] },
  },
  {
    name: 'arguments that are no JSON',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{q: 1')), ...callEnd],
    is: { calls: [['lookup', undefined]] },
  },
  {
    name: 'arguments that are a list',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '[1]')), ...callEnd],
    is: { calls: [['lookup', undefined]] },
  },
  {
    name: 'two calls side by side',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":1}'), piece(1, 'b', 'get_weather', weather)), ...callEnd],
    is: { calls: both },
  },
  {
    name: 'two calls whose pieces alternate',
    protocol,
    body: [
      calls(piece(0, 'a', 'lookup', '')),
      calls(piece(1, 'b', 'get_weather', '')),
      calls(piece(0, undefined, undefined, '{"q":1}')),
      calls(piece(1, undefined, undefined, weather)),
      ...callEnd,
    ],
    is: { calls: both },
  },
  {
    name: 'two calls of index 0',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":1}')), calls(piece(0, 'b', 'get_weather', weather)), ...callEnd],
    is: { calls: both },
  },
  {
    name: 'numeric ids',
    protocol,
    body: [
      calls(
        { ...piece(0, undefined, 'lookup', '{"q":1}'), id: 7 },
        { ...piece(1, undefined, 'get_weather', weather), id: 8 },
      ),
      ...callEnd,
    ],
    is: { calls: both },
  },
  {
    name: 'string indexes',
    protocol,
    body: [
      calls({ ...piece(0, 'a', 'lookup', '{"q"'), index: '0' }),
      calls({ index: '0', function: { arguments: ':1}' } }),
      ...callEnd,
    ],
    is: { calls: look },
  },
  {
    name: 'no indexes',
    protocol,
    body: [
      calls({ id: 'a', function: { name: 'lookup', arguments: '{"q":1}' } }),
      calls({ id: 'b', function: { name: 'get_weather', arguments: weather } }),
      ...callEnd,
    ],
    is: { calls: both },
  },
  {
    name: 'no indexes, pieces',
    protocol,
    body: [
      calls({ id: 'a', function: { name: 'lookup', arguments: '{"q"' } }),
      calls({ id: 'a', function: { arguments: ':1}' } }),
      ...callEnd,
    ],
    is: { calls: look },
  },
  {
    name: 'no ids',
    protocol,
    body: [
      calls(
        { index: 0, function: { name: 'lookup', arguments: '{"q":1}' } },
        { index: 1, function: { name: 'get_weather', arguments: weather } },
      ),
      ...callEnd,
    ],
    is: { calls: both },
  },
  {
    name: 'neither ids nor indexes',
    protocol,
    body: [
      calls({ function: { name: 'lookup', arguments: '{"q"' } }),
      calls({ function: { arguments: ':1}' } }),
      calls({ function: { name: 'get_weather', arguments: weather } }),
      ...callEnd,
    ],
    is: { calls: both },
  },
  {
    name: 'function: null in later pieces',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":1}')), calls({ index: 0, function: null }), ...callEnd],
    is: { calls: look },
  },
  {
    name: 'name and arguments without function',
    protocol,
    body: [calls({ index: 0, id: 'a', name: 'lookup', arguments: '{"q":1}' }), ...callEnd],
    is: { calls: look },
  },
  {
    name: 'the name repeated in each piece',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q"')), calls(piece(0, 'a', 'lookup', ':1}')), ...callEnd],
    is: { calls: look },
  },
  {
    name: 'tool_calls as one object',
    protocol,
    body: [delta({ tool_calls: piece(0, 'a', 'lookup', '{"q":1}') }), ...callEnd],
    is: { calls: look },
  },
  {
    name: 'tool_calls: null beside text',
    protocol,
    body: [delta({ content: 'Hi.', tool_calls: null }), ...end('stop')],
    is: { text: 'Hi.' },
  },
  {
    name: 'the function_call of old',
    protocol,
    body: [
      delta({ function_call: { name: 'lookup', arguments: '{"q"' } }),
      delta({ function_call: { arguments: ':1}' } }),
      ...end('function_call'),
    ],
    is: { calls: look },
  },
  {
    name: 'a call without a name',
    protocol,
    body: [calls({ index: 0, id: 'a', function: { arguments: '{}' } }), ...callEnd],
    is: { fails: 'model.malformed_answer', charged: 'reported' },
  },
  {
    name: 'calls with the finish reason',
    protocol,
    body: [finish('tool_calls', { tool_calls: [piece(0, 'a', 'lookup', '{"q":1}')] }), usage],
    is: { calls: look },
  },
  {
    name: 'an integer beyond 2^53',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":9007199254740993}')), ...callEnd],
    is: { calls: [['lookup', { q: '9007199254740993' }, 'inexact']] },
  },
  {
    name: '1e999',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":1e999}')), ...callEnd],
    is: { calls: [['lookup', { q: '1e999' }, 'inexact']] },
  },
  {
    name: 'NaN',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":NaN}')), ...callEnd],
    is: { calls: [['lookup', { q: 'NaN' }, 'inexact']] },
  },
  {
    name: 'a large number in an object',
    protocol,
    body: [
      `data: {"choices":[{"delta":{"tool_calls":[{"index":0,"function":{"name":"lookup","arguments":{"q":-12345678901234567891}}}]}}]}\n\n`,
      ...callEnd,
    ],
    is: { calls: [['lookup', { q: '-12345678901234567891' }, 'inexact']] },
  },
  {
    name: 'numbers that are exact',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":[9007199254740992,1e21,0.1,-0,1.50]}')), ...callEnd],
    is: { calls: [['lookup', { q: [9007199254740992, 1e21, 0.1, -0, 1.5] }]] },
  },
  {
    name: 'digits in a text',
    protocol,
    body: [calls(piece(0, 'a', 'lookup', '{"q":"9007199254740993"}')), ...callEnd],
    is: { calls: [['lookup', { q: '9007199254740993' }]] },
  },
];
