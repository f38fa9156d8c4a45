import fc from 'fast-check';
import { expect, test } from 'vitest';
import { imageTokensBound } from '../../../../domain/images/image-tokens.ts';
import { everyKind } from '../../../../models/dialect.ts';
import { mediaInputOf } from '../../../../models/media-input.ts';
import type { ModelProtocol } from '../../../../models/model-call.ts';
import { imageTokens } from '../../../../simulated/media/image-rules.ts';

const size = fc.record({ width: fc.integer({ min: 1, max: 8_000 }), height: fc.integer({ min: 1, max: 8_000 }) });

test.each<{ model: string; protocol: ModelProtocol }>([
  { model: 'gpt-4.1', protocol: 'openai-chat' },
  { model: 'openai/gpt-4o', protocol: 'openai-chat' },
  { model: 'claude-sonnet-5', protocol: 'anthropic-messages' },
  { model: 'anthropic/claude-opus-5', protocol: 'anthropic-messages' },
  { model: 'gemini-2.5-flash', protocol: 'google-generate' },
])(
  '[I4] [image:money:bound-by-pixels] what $protocol counts for an image of any size is within the bound for $model',
  ({ model, protocol }) => {
    const counting = countingOf(model);
    expect(counting).not.toEqual({ by: 'unknown' });
    fc.assert(
      fc.property(size, (each) => {
        const seen = { ...each, mediaType: 'image/png', inResult: false };
        expect(imageTokensBound(counting, each)).toBeGreaterThanOrEqual(imageTokens(protocol, [seen]));
      }),
    );
  },
);

/** Upper ends of what the makers of open models publish, for an image of 640 × 480. */
test.each([
  ['llama3.2-vision:11b', 6_404],
  ['llava:13b', 2_928],
  ['internvl3-8b', 3_328],
  ['pixtral-12b', 1_240],
  ['qwen2.5vl:7b', 414],
])('the bound for the model %s, whose way of counting is not known, holds its %i tokens', (model, tokens) => {
  const counting = countingOf(model);
  expect(counting).toEqual({ by: 'unknown' });
  expect(imageTokensBound(counting, { width: 640, height: 480 })).toBeGreaterThanOrEqual(tokens);
});

test.each([
  ['gpt-4o-mini', { width: 1_024, height: 1_024 }, 25_501],
  ['gpt-5.1', { width: 2_048, height: 768 }, 70 + 140 * 8],
  ['gpt-5-mini', { width: 1_024, height: 1_024 }, 1_659],
  ['o4-mini', { width: 1_800, height: 2_400 }, 2_642],
  ['o3', { width: 512, height: 512 }, 75 + 150],
])('the bound for %s holds what its maker counts', (model, image, tokens) => {
  const bound = imageTokensBound(countingOf(model), image);
  expect(bound).toBeGreaterThanOrEqual(tokens);
  expect(bound).toBeLessThan(tokens * 4);
});

function countingOf(model: string) {
  const input = mediaInputOf(model, { capabilities: ['images'], dialect: { toolMedia: everyKind('result') } });
  if (input === undefined) throw new Error(`${model} takes no images`);
  return input.counting.images;
}
