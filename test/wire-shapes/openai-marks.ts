import { calls, delta, end, finish, piece, say, usage } from './openai-frames.ts';
import type { WireShape } from './wire-shape.ts';

const protocol = 'openai-chat';
const look = [['lookup', { q: 1 }]] as const;
const both = [
  ['lookup', { q: 1 }],
  ['get_weather', { city: 'Rome' }],
] as const;
const said = (text: string): readonly string[] => [say(text), ...end('stop')];
const saidInPieces = (text: string): readonly string[] => [...[...text].map(say), ...end('stop')];
const call = '{"name": "lookup", "arguments": {"q": 1}}';
const weather = '{"name": "get_weather", "arguments": {"city": "Rome"}}';

/** Reasoning, and what local models write between marks in their text. */
export const openAiMarks: readonly WireShape[] = [
  {
    name: 'reasoning_content',
    protocol,
    body: [delta({ reasoning_content: 'Hm.' }), say('Hi.'), ...end('stop')],
    is: { text: 'Hi.', next: { role: 'assistant', content: 'Hi.', reasoning_content: 'Hm.' } },
  },
  {
    name: 'reasoning',
    protocol,
    body: [delta({ reasoning: 'H' }), delta({ reasoning: 'm.' }), say('Hi.'), ...end('stop')],
    is: { text: 'Hi.', next: { content: 'Hi.', reasoning: 'Hm.' } },
  },
  {
    name: 'reasoning_details in pieces',
    protocol,
    body: [
      delta({ reasoning: 'H', reasoning_details: [{ type: 'reasoning.text', text: 'H', index: 0 }] }),
      delta({
        reasoning: 'm.',
        reasoning_details: [{ type: 'reasoning.text', text: 'm.', index: 0, signature: 'sig' }],
      }),
      say('Hi.'),
      ...end('stop'),
    ],
    is: {
      text: 'Hi.',
      next: { reasoning_details: [{ type: 'reasoning.text', text: 'Hm.', index: 0, signature: 'sig' }] },
    },
  },
  {
    name: 'encrypted reasoning_details beside a call',
    protocol,
    body: [
      delta({
        reasoning_details: [
          { type: 'reasoning.encrypted', data: 'x1', id: 'a' },
          { type: 'reasoning.encrypted', data: 'x2', id: 'b' },
        ],
      }),
      calls(piece(0, 'a', 'lookup', '{"q":1}')),
      ...end('tool_calls'),
    ],
    is: { calls: look, next: { reasoning_details: [{ data: 'x1' }, { data: 'x2' }] } },
  },
  {
    name: "Gemini's signature on a call",
    protocol,
    body: [
      calls({ ...piece(0, 'a', 'lookup', '{"q":1}'), extra_content: { google: { thought_signature: 'sig' } } }),
      ...end('tool_calls'),
    ],
    is: { calls: look, next: { tool_calls: [{ extra_content: { google: { thought_signature: 'sig' } } }] } },
  },
  {
    name: 'a think block',
    protocol,
    body: said('<think>Hm.</think>\n\nHi.'),
    is: { text: 'Hi.', next: { content: 'Hi.' } },
  },
  {
    name: 'a think block, one character a piece',
    protocol,
    ambiguousCalls: true,
    body: saidInPieces('<think>Hm < 3.</think>\n\nHi <b>.'),
    is: { text: 'Hi <b>.' },
  },
  { name: 'an empty think block', protocol, body: said('<think>\n\n</think>\n\nHi.'), is: { text: 'Hi.' } },
  {
    name: 'two think blocks',
    protocol,
    body: saidInPieces('<think>a</think>Hi.\n<think>b</think>Ho.'),
    is: { text: 'Hi.\nHo.' },
  },
  { name: 'a thinking block', protocol, body: said('<thinking>Hm.</thinking>Hi.'), is: { text: 'Hi.' } },
  { name: "Magistral's think block", protocol, body: said('[THINK]Hm.[/THINK]Hi.'), is: { text: 'Hi.' } },
  {
    name: 'a think block that is cut off',
    protocol,
    body: [say('<think>Hm'), ...end('length')],
    is: { fails: 'model.empty_answer', charged: 'reported' },
  },
  {
    name: 'the word <think> in a sentence',
    protocol,
    body: said('Write <think> to begin.'),
    is: { text: 'Write <think> to begin.' },
  },
  { name: 'a lesser-than sign at the end', protocol, body: saidInPieces('1 <'), is: { text: '1 <' } },
  { name: 'a call between marks', protocol, body: said(`<tool_call>\n${call}\n</tool_call>`), is: { calls: look } },
  {
    name: 'a call between marks, one character a piece',
    protocol,
    ambiguousCalls: true,
    body: saidInPieces(`I look.\n<tool_call>\n${call}\n</tool_call>`),
    is: { text: 'I look.\n', calls: look },
  },
  {
    name: 'two calls between marks',
    protocol,
    body: said(`<tool_call>${call}</tool_call>\n<tool_call>${weather}</tool_call>`),
    is: { calls: both },
  },
  { name: 'a call whose closing mark is missing', protocol, body: said(`<tool_call>\n${call}`), is: { calls: look } },
  {
    name: 'a call behind a think block',
    protocol,
    ambiguousCalls: true,
    body: saidInPieces(`<think>Hm.</think>\n<tool_call>${call}</tool_call>`),
    is: { calls: look },
  },
  { name: "Mistral's list of calls", protocol, body: said(`[TOOL_CALLS][${call}, ${weather}]`), is: { calls: both } },
  {
    name: "Mistral's call with [ARGS]",
    protocol,
    body: said('[TOOL_CALLS]lookup[ARGS]{"q": 1}[TOOL_CALLS]get_weather[ARGS]{"city": "Rome"}'),
    is: { calls: both },
  },
  {
    name: "Llama's python tag",
    protocol,
    body: said('<|python_tag|>{"name": "lookup", "parameters": {"q": 1}}'),
    is: { calls: look },
  },
  { name: "Llama's function tag", protocol, body: said('<function=lookup>{"q": 1}</function>'), is: { calls: look } },
  {
    name: "Qwen Coder's parameters",
    protocol,
    body: said('<tool_call>\n<function=get_weather>\n<parameter=city>\nRome\n</parameter>\n</function>\n</tool_call>'),
    is: { calls: [['get_weather', { city: 'Rome' }]] },
  },
  {
    name: "DeepSeek's marks",
    protocol,
    body: said(
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>lookup\n```json\n{"q": 1}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ),
    is: { calls: look },
  },
  {
    name: 'a bare call',
    protocol,
    ambiguousCalls: true,
    body: saidInPieces('{"name": "lookup", "parameters": {"q": 1}}'),
    is: { calls: look },
  },
  {
    name: 'a bare call in a fence',
    protocol,
    body: said('```json\n{"name": "lookup", "arguments": {"q": 1}}\n```'),
    is: { calls: look },
  },
  {
    name: 'a bare call with its type',
    protocol,
    body: said('{"type": "function", "function": {"name": "lookup", "arguments": "{\\"q\\": 1}"}}'),
    is: { calls: look },
  },
  {
    name: 'a call of a tool that was not offered',
    protocol,
    body: said('<tool_call>{"name": "rm", "arguments": {}}</tool_call>'),
    is: { text: '<tool_call>{"name": "rm", "arguments": {}}</tool_call>' },
  },
  {
    name: 'half a call',
    protocol,
    body: said('<tool_call>{"name": "lookup", "argu'),
    is: { text: '<tool_call>{"name": "lookup", "argu' },
  },
  {
    name: 'a call with a large number',
    protocol,
    body: said('<tool_call>{"name": "lookup", "arguments": {"q": 9007199254740993}}</tool_call>'),
    is: { calls: [['lookup', { q: '9007199254740993' }, 'inexact']] },
  },
  {
    name: 'a call between marks that was cut',
    protocol,
    body: [say(`<tool_call>${call}`), finish('length'), usage],
    is: { calls: look, finish: 'length' },
  },
  {
    name: 'JSON that is an answer',
    protocol,
    body: said('{"name": "Ann", "age": 4}'),
    is: { text: '{"name": "Ann", "age": 4}' },
  },
  {
    name: 'an example of a call in prose',
    protocol,
    body: said(`Write ${call} to call it.`),
    is: { text: `Write ${call} to call it.` },
  },
  {
    name: 'marks beside a call for good',
    protocol,
    ambiguousCalls: true,
    body: [
      say('<tool_call>{"name": "lookup", "arguments": {}}</tool_call>'),
      calls(piece(0, 'a', 'lookup', '{"q":1}')),
      ...end('tool_calls'),
    ],
    is: { text: '<tool_call>{"name": "lookup", "arguments": {}}</tool_call>', calls: look },
  },
];
