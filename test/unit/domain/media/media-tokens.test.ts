import fc from 'fast-check';
import { expect, test } from 'vitest';
import { mediaTokensBound } from '../../../../domain/media/media-tokens.ts';
import { costNanoUsd, type ModelRates, soundPricePercentOf, worstCaseNanoUsd } from '../../../../domain/prices.ts';
import { everyKind } from '../../../../models/dialect.ts';
import { mediaCapabilitiesOf, mediaInputOf } from '../../../../models/media-input.ts';
import type { ModelProtocol } from '../../../../models/model-call.ts';
import { fileTokens } from '../../../../simulated/media/file-rules.ts';

const ALL = ['images', 'audio', 'files'];

function countingOf(model: string, soundPricePercent?: number) {
  const input = mediaInputOf(model, {
    capabilities: ALL,
    dialect: { toolMedia: everyKind('result') },
    soundPricePercent,
  });
  if (input === undefined) throw new Error(`${model} takes none`);
  return input.counting;
}

test.each<{ model: string; protocol: ModelProtocol }>([
  { model: 'gpt-4o-audio-preview', protocol: 'openai-chat' },
  { model: 'voxtral-small', protocol: 'openai-chat' },
  { model: 'claude-sonnet-5', protocol: 'anthropic-messages' },
  { model: 'gemini-2.5-flash', protocol: 'google-generate' },
])(
  '[I4] [file:money:bound-by-length] what $protocol counts for a sound or a PDF is within the bound for $model',
  ({ model, protocol }) => {
    const counting = countingOf(model);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 10_000_000 }), fc.integer({ min: 1, max: 100 }), (durationMs, pages) => {
        const sound = { mediaType: 'audio/wav', durationMs, inResult: true } as const;
        const document = { mediaType: 'application/pdf', pages, inResult: true } as const;
        for (const each of [sound, document]) {
          expect(mediaTokensBound(counting, each)).toBeGreaterThanOrEqual(fileTokens(protocol, [each]));
        }
      }),
    );
  },
);

test('[I4] [file:money:bound-by-length] tokens of sounds that cost more than others are reserved for and charged at their price', () => {
  const amount = fc.bigInt({ min: 1n, max: 60_000_000_000n });
  const tokens = fc.nat(100_000);
  const rate = fc.record({ input: amount, sound: fc.option(amount, { nil: undefined }) });
  fc.assert(
    fc.property(rate, rate, tokens, fc.nat(10_000_000), (base, above, text, durationMs) => {
      const at = ({ input, sound }: typeof base) => ({
        inputNanoPerMtok: input,
        cacheReadNanoPerMtok: 0n,
        cacheWriteNanoPerMtok: 0n,
        outputNanoPerMtok: 1n,
        soundNanoPerMtok: sound,
      });
      const rates: ModelRates = {
        ...at(base),
        tiers: [{ ...at(above), aboveInputTokens: 50_000 }],
        hiddenInputTokens: 0,
      };
      const counting = countingOf('gemini-2.5-flash', soundPricePercentOf(rates));
      const soundTokens = Math.ceil((durationMs * 32) / 1_000);
      const usage = {
        inputTokens: text + soundTokens,
        cacheReadTokens: 0,
        cacheWriteTokens: 0,
        outputTokens: 0,
        soundTokens,
      };
      const reserved = worstCaseNanoUsd(rates, text + mediaTokensBound(counting, { durationMs }), 0);
      expect(reserved).toBeGreaterThanOrEqual(costNanoUsd(rates, usage));
      if (
        base.sound !== undefined &&
        usage.inputTokens <= 50_000 &&
        // The difference is worth more than the rounding of two costs.
        (base.sound - base.input) * BigInt(soundTokens) > 2_000_000n
      ) {
        expect(costNanoUsd(rates, usage)).toBeGreaterThan(costNanoUsd(rates, { ...usage, soundTokens: 0 }));
      }
    }),
  );
});

test.each([
  ['claude-sonnet-5', ['images', 'files']],
  ['claude-3-opus-20240229', ['images']],
  ['google/gemini-2.5-pro', ['images', 'audio', 'files']],
  ['gpt-4.1', ['images', 'files']],
  ['gpt-4o-audio-preview', ['images', 'audio']],
  ['voxtral-mini-latest', ['audio']],
  ['qwen2.5-omni-7b', ['audio']],
  ['llama-3.3-70b', []],
])('[file:tool:reaches-the-model] what the model %s takes is known by its name', (model, capabilities) => {
  expect(mediaCapabilitiesOf(model)).toEqual(capabilities);
});
