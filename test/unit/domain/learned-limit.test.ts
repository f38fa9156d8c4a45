import { expect, test } from 'vitest';
import { learnedLimit } from '../../../domain/learned-limit.ts';

test.each([
  ["400: This model's maximum context length is 8192 tokens. However, your messages resulted in 10240 tokens.", 7_600],
  ['you requested 10240 tokens (9240 in the messages, 1000 in the completion), the maximum is 8192', 7_600],
  ['400: prompt is too long: 250000 tokens > 200000 maximum', 7_600],
  ['The input token count (1,250,000) exceeds the maximum number of tokens allowed (1,000,000).', 7_600],
  ['413: the provider refused the request', 6_000],
  ['', 6_000],
])('[model:context:limit-learned] a refusal of 10,000 tokens with the words "%s" allows for %i', (words, tokens) => {
  expect(learnedLimit(10_000, words)).toBe(tokens);
});
