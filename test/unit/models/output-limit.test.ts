import { expect, test } from 'vitest';
import { outputLimitOf } from '../../../models/output-limit.ts';

const ASKED = 8192;

const refusals: readonly (readonly [words: string, limit: number | undefined])[] = [
  [
    'max_tokens is too large: 8192. This model supports at most 4096 completion tokens, whereas you provided 8192.',
    4096,
  ],
  ['max_tokens: 8192 > 4096, which is the maximum allowed number of output tokens for claude-3-haiku-20240307', 4096],
  ['Invalid max_tokens value, the valid range of max_tokens is [1, 4096]', 4096],
  ['`max_tokens` must be less than or equal to `4096`, the maximum value for `max_tokens`', 4096],
  ['Range of max_tokens should be [1, 6144]', 6144],
  ['The maximum tokens you requested exceeds the model limit of 4,096. Try again with a lower maximum.', 4096],
  ['it has a maxOutputTokens value of 8192 but the supported range is from 1 (inclusive) to 4097 (exclusive).', 4096],
  ['max_completion_tokens must be less than 4097.', 4096],
  ['max_new_tokens must be <= 1512. Given: 8192', 1512],
  ['max_tokens is too large for gpt-3.5-turbo-0125', 4096],
  ["Unsupported parameter: 'max_tokens' is not supported with this model.", undefined],
  ['The image has 4096 pixels, which is too large', undefined],
  ['messages must have at most 2048 entries', undefined],
];

test.each(refusals)(
  '[request:dialect:learned] the length that a refusal allows is read from it: %s',
  (words, limit) => {
    expect(outputLimitOf(words, ASKED)).toBe(limit);
  },
);

test('a server that refuses every length is not asked for ever shorter answers', () => {
  let asked: number | undefined = ASKED;
  let requests = 0;
  for (; asked !== undefined && requests < 100; requests++) asked = outputLimitOf('max_tokens is too large', asked);
  expect(requests).toBeLessThan(12);
});
