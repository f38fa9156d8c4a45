import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InputReport, inputBound, type PromptSize } from '../../../domain/input-bound.ts';
import { countedRequestBytes, type InputCount } from '../../../domain/input-count.ts';
import type { TranscriptWindow } from '../../../domain/transcript-window.ts';
import { flatRates } from '../../support/arms.ts';

const rates = { ...flatRates(1n), hiddenInputTokens: 100 };
const window: TranscriptWindow = {
  firstTurn: 2,
  wholeFrom: 4,
  latestResultsLevel: null,
  messagesFrom: 0,
  wholeMessagesFrom: 0,
  latestMessageTurn: 0,
  latestMessageLevel: null,
};
const parts = { systemBytes: 1_000, volatileBytes: 300, toolBytes: 2_000, grownBytes: 9_000 };
const prompt: PromptSize = {
  frame: { parts },
  tokens: 2_900,
  bytes: 12_000,
  window,
  cutBytes: 500,
  extraBodyBytes: 0,
  retryBytes: 0,
  images: [],
  mediaOfSession: 0,
};
const report: InputReport = {
  provider: 'acme',
  model: 'large',
  turn: 8,
  inputTokens: 2_500,
  promptTokens: 2_600,
  grownBytes: 8_000,
  answer: null,
  window,
  sameSystem: true,
  sameVolatile: true,
  sameTools: true,
};
const byBytes = { tokens: 12_100, by: 'bytes' };

test.each<{
  it: string;
  prompt?: Partial<PromptSize>;
  parts?: Partial<{ grownBytes: number | null }>;
  report?: Partial<InputReport>;
  is: object;
}>([
  { it: 'what was reported and the bytes that the transcript gained', is: { tokens: 3_564, by: 'reported' } },
  { it: 'a changed system prompt in bytes, too', report: { sameSystem: false }, is: { tokens: 4_564, by: 'reported' } },
  {
    it: 'a changed end of the prompt in bytes, too',
    report: { sameVolatile: false },
    is: { tokens: 3_864, by: 'reported' },
  },
  {
    it: 'changed tools in bytes, with the tokens that providers add for tools',
    report: { sameTools: false },
    is: { tokens: 5_664, by: 'reported' },
  },
  {
    it: 'the tokens of its own answer, a quarter and 64 more, in place of its bytes',
    report: { answer: { outputTokens: 100, tokens: 90, bytes: 700 } },
    is: { tokens: 3_053, by: 'reported' },
  },
  {
    it: 'the bytes of its own answer where they are fewer',
    report: { answer: { outputTokens: 600, tokens: 90, bytes: 700 } },
    is: { tokens: 3_564, by: 'reported' },
  },
  {
    it: 'the bytes of its own answer where its tokens are less than half of what we count',
    report: { answer: { outputTokens: 100, tokens: 201, bytes: 900 } },
    is: { tokens: 3_564, by: 'reported' },
  },
  {
    it: 'what is cut or said in place of turns in bytes, too, when more is left out than before',
    prompt: { window: { ...window, firstTurn: 3 } },
    is: { tokens: 4_064, by: 'reported' },
  },
  {
    it: 'bytes where an earlier turn may be shown again',
    prompt: { window: { ...window, firstTurn: 1 } },
    is: byBytes,
  },
  { it: 'bytes where an old result may be whole again', prompt: { window: { ...window, wholeFrom: 3 } }, is: byBytes },
  {
    it: 'bytes where results that were cut may be whole now',
    report: { window: { ...window, latestResultsLevel: 3 } },
    is: byBytes,
  },
  {
    it: 'bytes where the latest message is cut',
    prompt: { window: { ...window, latestMessageLevel: 3 } },
    is: byBytes,
  },
  { it: 'bytes where a version before chose what was shown', report: { window: null }, is: byBytes },
  {
    it: 'the bytes of the request where they are fewer',
    prompt: { bytes: 3_000 },
    is: { tokens: 3_100, by: 'bytes' },
  },
  { it: 'bytes where the report is less than half of our own count', report: { inputTokens: 1_299 }, is: byBytes },
  { it: 'bytes where the turn of the report was not counted', report: { grownBytes: null }, is: byBytes },
  { it: 'bytes where the present turn was not counted', parts: { grownBytes: null }, is: byBytes },
])('[I4] [money:reservation:tight] the bound of a request is $it', (given) => {
  const bound = inputBound(
    rates,
    { ...prompt, ...given.prompt, frame: { parts: { ...parts, ...given.parts } } },
    { report: { ...report, ...given.report } },
  );
  expect(bound).toEqual(given.is);
});

test('[I4] the bound of a request is its bytes where nothing was reported, or where a version before stored the turn', () => {
  expect(inputBound(rates, prompt, {})).toEqual(byBytes);
  expect(inputBound(rates, { ...prompt, frame: { parts: null } }, { report })).toEqual(byBytes);
});

const acme = { provider: 'acme', model: 'large', window };
const counted: InputCount = { ...acme, state: 'counted', tokens: 3_000, requestBytes: 11_000 };

test.each<{ it: string; count: InputCount; prompt?: Partial<PromptSize>; is: object }>([
  { it: 'the count of the provider, one in 50 and 64 more', count: counted, is: { tokens: 3_124, by: 'counted' } },
  {
    it: 'the bound of the tokenizer as it is',
    count: { ...counted, state: 'tokenized' },
    is: { tokens: 3_000, by: 'tokenized' },
  },
  {
    it: 'the count and what a prompt says after an answer that was of no use',
    count: counted,
    prompt: { retryBytes: 200 },
    is: { tokens: 3_324, by: 'counted' },
  },
  { it: 'what was reported where that is less', count: { ...counted, tokens: 3_500 }, is: { by: 'reported' } },
  {
    it: 'not the count of a prompt that shows something else',
    count: { ...counted, window: { ...window, latestMessageLevel: 2 } },
    is: { by: 'reported' },
  },
  { it: 'not a count of less than half of our own', count: { ...counted, tokens: 1_449 }, is: { by: 'reported' } },
  { it: 'not a count that nobody made', count: { ...acme, state: 'failed' }, is: { by: 'reported' } },
])('[I4] [money:input:counted-when-money-is-short] the bound of a request that was counted is $it', (given) => {
  const bound = inputBound(rates, { ...prompt, ...given.prompt }, { report, count: given.count });
  expect(bound).toMatchObject(given.is);
});

test('[I4] no longer body is sent than the one that was counted, but for its other fields', () => {
  expect(countedRequestBytes(prompt, prompt.bytes, counted)).toBe(11_064);
  expect(countedRequestBytes({ ...prompt, retryBytes: 200 }, prompt.bytes, counted)).toBe(11_264);
  expect(countedRequestBytes(prompt, prompt.bytes, { ...counted, requestBytes: 14_000 })).toBe(prompt.bytes);
});

/** A tokenizer that takes `bytesPerToken` bytes a token, for each message by itself. */
const message = fc.record({ tokens: fc.nat(4_000), bytesPerToken: fc.integer({ min: 1, max: 6 }) });
const tokensOf = (messages: readonly { tokens: number }[]) => messages.reduce((sum, { tokens }) => sum + tokens, 0);
const bytesOf = (messages: readonly { tokens: number; bytesPerToken: number }[]) =>
  messages.reduce((sum, { tokens, bytesPerToken }) => sum + tokens * bytesPerToken, 0);

test('[I4] [money:reservation:tight] no request has more tokens than its bound, whatever was added, changed and dropped since the report', () => {
  const request = fc.record({
    before: fc.array(message, { maxLength: 20 }),
    added: fc.array(message, { maxLength: 5 }),
    dropped: fc.nat(25),
    system: message,
    newSystem: fc.option(message),
    volatile: message,
    newVolatile: fc.option(message),
    inserted: message,
  });
  fc.assert(
    fc.property(request, (given) => {
      const { before, added, system, volatile } = given;
      const systemNow = given.newSystem ?? system;
      const volatileNow = given.newVolatile ?? volatile;
      const shown = [systemNow, volatileNow, given.inserted, ...[...before, ...added].slice(given.dropped)];
      const reported = tokensOf([system, volatile, ...before]);
      const bound = inputBound(
        { ...rates, hiddenInputTokens: 0 },
        {
          tokens: tokensOf(shown),
          bytes: bytesOf(shown),
          retryBytes: 0,
          images: [],
          mediaOfSession: 0,
          window: { ...window, firstTurn: window.firstTurn + 1 },
          cutBytes: bytesOf([given.inserted]),
          extraBodyBytes: 0,
          frame: {
            parts: {
              systemBytes: bytesOf([systemNow]),
              volatileBytes: bytesOf([volatileNow]),
              toolBytes: 0,
              grownBytes: bytesOf([...before, ...added]),
            },
          },
        },
        {
          report: {
            ...report,
            inputTokens: reported,
            promptTokens: reported,
            grownBytes: bytesOf(before),
            sameSystem: given.newSystem === null,
            sameVolatile: given.newVolatile === null,
          },
        },
      );
      expect(tokensOf(shown)).toBeLessThanOrEqual(bound.tokens);
    }),
  );
});
