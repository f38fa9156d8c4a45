import { expect, test } from 'vitest';
import { learnedLimit } from '../../../domain/learned-limit.ts';

test('[model:context:limit-learned] a server that refuses everything without a limit leaves its model a window', () => {
  let limit = 100_000;
  for (let refusals = 0; refusals < 20; refusals++) limit = learnedLimit(limit, '413: Request Entity Too Large');
  expect(limit).toBe(2_048);
});

test.each([
  ["400: This model's maximum context length is 8192 tokens. However, your messages resulted in 10240 tokens.", 7_600],
  ['you requested 10240 tokens (9240 in the messages, 1000 in the completion), the maximum is 8192', 7_600],
  ['400: prompt is too long: 250000 tokens > 200000 maximum', 7_600],
  ['The input token count (1,250,000) exceeds the maximum number of tokens allowed (1,000,000).', 7_600],
  ['413: the provider refused the request', 6_000],
  ['400: Range of input length should be [1, 4000]', 3_800],
  ['422: Input validation error: `inputs` must have less than 4000 tokens.', 3_800],
  ['400: the prompt is too long: it has 10000 tokens', 6_000],
  ['400: the prompt is too long for claude-3-5-sonnet-20241022', 6_000],
  ['400: gpt-3.5-turbo-0125 takes 8192 tokens, not 10240 (request 20240102-7719)', 7_600],
  ['', 6_000],
])('[model:context:limit-learned] a refusal of 10,000 tokens with the words "%s" allows for %i', (words, tokens) => {
  expect(learnedLimit(10_000, words)).toBe(tokens);
});
