import { delta, end, say } from './openai-frames.ts';
import type { AnswerExpected, WireShape } from './wire-shape.ts';

const look = [['lookup', { q: 1 }]] as const;
const both = [
  ['lookup', { q: 1 }],
  ['get_weather', { city: 'Rome' }],
] as const;
const call = '{"name": "lookup", "arguments": {"q": 1}}';
const weather = '{"name": "get_weather", "arguments": {"city": "Rome"}}';

const said = (name: string, text: string, is: AnswerExpected): WireShape => ({
  name,
  protocol: 'openai-chat',
  body: [say(text), ...end('stop')],
  is,
});
/** Pieces that are shorter than any mark. In another order they are other text. */
const inPieces = (name: string, text: string, is: AnswerExpected): WireShape => ({
  ...said(`${name}, in short pieces`, text, is),
  ambiguousCalls: true,
  body: [...(text.match(/[\s\S]{1,5}/g) ?? []).map(say), ...end('stop')],
});
const held = (name: string, content: unknown): WireShape => ({
  name,
  protocol: 'openai-chat',
  body: [delta({ content }), ...end('stop')],
  is: { text: 'Hi.' },
});

const kimi = (name: string, n: number, args: string) =>
  `<|tool_call_begin|>functions.${name}:${n}<|tool_call_argument_begin|>${args}<|tool_call_end|>`;
const kimiCalls = `<|tool_calls_section_begin|>${kimi('lookup', 0, '{"q": 1}')}${kimi('get_weather', 1, '{"city": "Rome"}')}<|tool_calls_section_end|>`;
const glm = '<tool_call>lookup\n<arg_key>q</arg_key>\n<arg_value>1</arg_value>\n</tool_call>';
const harmony = '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>Hi.<|return|>';

/** What the templates of further models teach them to write into their text. */
export const openAiTemplateMarks: readonly WireShape[] = [
  said('a thought that began in the prompt', 'Hm.\nSo.\n</think>\n\nHi.', { text: 'Hi.', shown: 'Hm.\nSo.\nHi.' }),
  inPieces('a thought that began in the prompt', 'Hm.</think>\n\nHi.', { text: 'Hi.', shown: 'Hm.Hi.' }),
  said('a call behind a thought that began in the prompt', `Hm.\n</think>\n\n${call}`, { calls: look, shown: 'Hm.\n' }),
  said('nothing but the end of a thought', '</think>\n\nHi.', { text: 'Hi.' }),
  said('the word </think> in a sentence', 'Write </think> to end.', { text: 'Write </think> to end.' }),
  said("Seed's think block", '<seed:think>Hm.</seed:think>Hi.', { text: 'Hi.' }),
  said('the channels of gpt-oss', harmony, { text: 'Hi.' }),
  inPieces('the channels of gpt-oss', harmony, { text: 'Hi.' }),
  said(
    'a call in a channel of gpt-oss',
    '<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>commentary to=functions.lookup <|constrain|>json<|message|>{"q": 1}<|call|>',
    { calls: look },
  ),
  said("Kimi's calls", kimiCalls, { calls: both }),
  inPieces("Kimi's calls", kimiCalls, { calls: both }),
  said("half of Kimi's calls", kimiCalls.slice(0, 120), { text: kimiCalls.slice(0, 120) }),
  said("GLM's call", glm, { calls: look }),
  said(
    "two of GLM's calls",
    `${glm}\n<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Rome</arg_value>\n</tool_call>`,
    {
      calls: both,
    },
  ),
  said("half of GLM's call", glm.slice(0, 50), { text: glm.slice(0, 50) }),
  said(
    "MiniMax's call",
    '<minimax:tool_call>\n<invoke name="lookup">\n<parameter name="q">1</parameter>\n</invoke>\n</minimax:tool_call>',
    { calls: look },
  ),
  said('calls between <tools>', `<tools>${call}\n${weather}</tools>`, { calls: both }),
  said('functools', `functools[${call}, ${weather}]`, { calls: both }),
  said(
    'marks within the arguments of a call',
    '<tool_call>{"name": "lookup", "arguments": {"q": "a; b ```json x``` <tool_call>"}}</tool_call>',
    { calls: [['lookup', { q: 'a; b ```json x``` <tool_call>' }]] },
  ),
  held('content as one part', { type: 'text', text: 'Hi.' }),
  held('content as a list of texts', ['H', 'i.']),
  held('a part whose text is an object', [{ type: 'text', text: { value: 'Hi.', annotations: [] } }]),
  held('a reference between parts', [{ type: 'text', text: 'H' }, { type: 'reference' }, { type: 'text', text: 'i.' }]),
];
