import { done, end, finish, say, usageOf } from './openai-frames.ts';
import { data, type WireShape } from './wire-shape.ts';

const protocol = 'openai-chat';
const hi = say('Hi.');

/** Token counts under the names that servers of OpenAI's protocol give them. */
export const openAiUsage: readonly WireShape[] = [
  {
    name: 'cached tokens as DeepSeek counts them',
    protocol,
    body: [
      hi,
      finish('stop'),
      usageOf({ prompt_tokens: 20, completion_tokens: 4, prompt_cache_hit_tokens: 12, prompt_cache_miss_tokens: 8 }),
    ],
    is: { text: 'Hi.', usage: [20, 4, 12] },
  },
  {
    name: 'cached tokens at the top',
    protocol,
    body: [hi, finish('stop'), usageOf({ prompt_tokens: 20, completion_tokens: 4, cached_tokens: 12 })],
    is: { text: 'Hi.', usage: [20, 4, 12] },
  },
  {
    name: 'cached tokens in the details',
    protocol,
    body: [
      hi,
      finish('stop'),
      usageOf({ prompt_tokens: 20, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 12 } }),
    ],
    is: { text: 'Hi.', usage: [20, 4, 12] },
  },
  {
    name: 'cached tokens beside the prompt',
    protocol,
    body: [hi, finish('stop'), usageOf({ prompt_tokens: 5, completion_tokens: 4, cache_read_input_tokens: 12 })],
    is: { text: 'Hi.', usage: [17, 4, 12] },
  },
  {
    name: 'reasoning outside of completion',
    protocol,
    body: [
      hi,
      finish('stop'),
      usageOf({
        prompt_tokens: 20,
        completion_tokens: 4,
        total_tokens: 54,
        completion_tokens_details: { reasoning_tokens: 30 },
      }),
    ],
    is: { text: 'Hi.', usage: [20, 34, 0, 30] },
  },
  {
    name: 'more reasoning than completion, no total',
    protocol,
    body: [
      hi,
      finish('stop'),
      usageOf({ prompt_tokens: 20, completion_tokens: 4, completion_tokens_details: { reasoning_tokens: 30 } }),
    ],
    is: { text: 'Hi.', usage: [20, 34, 0, 30] },
  },
  {
    name: 'a total and no completion',
    protocol,
    body: [hi, finish('stop'), usageOf({ prompt_tokens: 20, total_tokens: 25 })],
    is: { text: 'Hi.', usage: [20, 5] },
  },
  {
    name: 'nothing but a total',
    protocol,
    body: [hi, finish('stop'), usageOf({ total_tokens: 25 })],
    is: { text: 'Hi.', usage: 'none' },
  },
  {
    name: 'zeros',
    protocol,
    body: [hi, finish('stop'), usageOf({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }), done],
    is: { text: 'Hi.', usage: 'none' },
  },
  {
    name: 'zero output beside an answer',
    protocol,
    body: [hi, finish('stop'), usageOf({ prompt_tokens: 20, completion_tokens: 0 }), done],
    is: { text: 'Hi.', usage: 'none' },
  },
  {
    name: 'zeros in each frame, counts in the last',
    protocol,
    body: [
      data({ choices: [{ index: 0, delta: { content: 'Hi.' } }], usage: { prompt_tokens: 0, completion_tokens: 0 } }),
      ...end('stop'),
    ],
    is: { text: 'Hi.' },
  },
  {
    name: 'usage: null',
    protocol,
    body: [hi, data({ choices: [], usage: null }), ...end('stop')],
    is: { text: 'Hi.' },
  },
  { name: 'no usage', protocol, body: [hi, finish('stop'), done], is: { text: 'Hi.', usage: 'none' } },
  {
    name: 'usage as text',
    protocol,
    body: [hi, finish('stop'), usageOf({ prompt_tokens: '11', completion_tokens: '7' })],
    is: { text: 'Hi.' },
  },
  {
    name: 'negative usage',
    protocol,
    body: [hi, finish('stop'), usageOf({ prompt_tokens: -1, completion_tokens: -1 }), done],
    is: { text: 'Hi.', usage: 'none' },
  },
  {
    name: 'usage in the names of Anthropic',
    protocol,
    body: [hi, finish('stop'), usageOf({ input_tokens: 11, output_tokens: 7 })],
    is: { text: 'Hi.' },
  },
  {
    name: "Groq's usage",
    protocol,
    body: [
      hi,
      data({
        choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
        x_groq: { usage: { prompt_tokens: 11, completion_tokens: 7 } },
      }),
    ],
    is: { text: 'Hi.' },
  },
  {
    name: 'counts, then a part of them',
    protocol,
    body: [
      say('Hi.'),
      finish('stop'),
      usageOf({ prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 }),
      usageOf({ prompt_tokens: 0, completion_tokens: 7 }),
      done,
    ],
    is: { text: 'Hi.' },
  },
];
