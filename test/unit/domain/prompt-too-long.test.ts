import { expect, test } from 'vitest';
import type { Obstacle } from '../../../domain/arms.ts';
import { isTooLongForAll, promptTooLong } from '../../../domain/prompt-too-long.ts';

const unfit = (why: string): { obstacle: Obstacle } => ({ obstacle: { kind: 'unfit', why } });
const tooLong = unfit('prompt_too_long');

test.each([
  { arms: [tooLong, unfit('model.context_too_long')], expected: true },
  { arms: [tooLong, unfit('model.unauthorized')], expected: false },
  { arms: [tooLong, { obstacle: { kind: 'down', why: 'model.overloaded', forMs: 1 } } as const], expected: false },
  { arms: [tooLong, { obstacle: undefined }], expected: false },
  { arms: [], expected: false },
])(
  '[context:window:too-long-says-what] only the length stands against all of $arms: $expected',
  ({ arms, expected }) => {
    expect(isTooLongForAll(arms)).toBe(expected);
  },
);

const source = (name: 'SOUL' | 'SKILL' | 'MEMORY', tokens: number) =>
  ({ source: name, tokens, budgetTokens: 1, included: [], dropped: [] }) as const;
const armOf = (model: string, contextWindow: number) => ({
  ...tooLong,
  spec: { provider: 'acme', model, contextWindow },
  prompt: { tokens: 9_000 },
});
const arms = [armOf('small', 4_096), armOf('large', 8_192)];

test.each([
  {
    largest: 'the tools',
    manifest: { sources: [source('SOUL', 700), source('MEMORY', 200)], frameTokens: 8_900, summaryTokens: 100 },
    says: /It has 9000 tokens \(system prompt 700, tools 7900, memory, workspace and references 300, messages 100\), and the model with the most room, large of acme, reads 8192 .* Offer fewer tools/,
  },
  {
    largest: 'the system prompt',
    manifest: { sources: [source('SOUL', 4_000), source('SKILL', 4_000)], frameTokens: 8_500 },
    says: /system prompt 8000, tools 500, .* Shorten the SOUL and SKILL documents/,
  },
  {
    largest: 'the context',
    manifest: { sources: [source('MEMORY', 8_000)], frameTokens: 8_200 },
    says: /references 8000, messages 800\).* Shorten the memory/,
  },
  {
    largest: 'the message',
    manifest: { sources: [source('SOUL', 500)], frameTokens: 1_000 },
    says: /messages 8000\).* Send a shorter message, or let the run use a model with a larger context window\./,
  },
])(
  '[context:window:too-long-says-what] where $largest is the longest part, it is what to shorten',
  ({ manifest, says }) => {
    const error = promptTooLong(arms, manifest, undefined);
    expect(error.code).toBe('prompt_too_long');
    expect(error.message).toMatch(says);
  },
);

test('[context:window:too-long-says-what] [model:failure:says-what-failed] the last refusal is quoted', () => {
  const last = { provider: 'acme', model: 'large', status: 400, message: '400: too long' };
  const error = promptTooLong(arms, { sources: [], frameTokens: 1_000 }, last);
  expect(error).toMatchObject({ provider: 'acme', model: 'large', status: 400 });
  expect(error.message).toMatch(/The last refusal was that of large: 400: too long$/);
});
