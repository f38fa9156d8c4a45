import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InputReport, inputBound } from '../../../../domain/input-bound.ts';
import { type MediaKind, STAND_IN_SIZE } from '../../../../domain/media/media-ref.ts';
import type { CountedMedia, MediaInput, MediaSize } from '../../../../domain/media/media-window.ts';
import { promptWindow, type SizedPrompt } from '../../../../domain/prompt-window.ts';
import { messageLevel, type TurnSize } from '../../../../domain/transcript-window.ts';
import { fileTokens } from '../../../../simulated/media/file-rules.ts';
import { imageTokens } from '../../../../simulated/media/image-rules.ts';
import { flatRates, WHOLE_TRANSCRIPT } from '../../../support/arms.ts';

function inputOf(inResults: readonly MediaKind[], most: number): MediaInput {
  const counting = { images: { by: 'area' }, soundTokensPerSecond: 32, soundPricePercent: 100 } as const;
  return { counting, inMessages: ['image'], inResults, most };
}

/** Models that take images, sounds and documents at other places, that a session changes between. */
const MODELS: readonly { readonly name: string; readonly input: MediaInput | undefined; readonly budget: number }[] = [
  { name: 'seeing', input: inputOf(['image'], 20), budget: 20_000 },
  { name: 'small', input: inputOf(['image'], 3), budget: 6_000 },
  { name: 'hearing', input: inputOf(['image', 'sound'], 20), budget: 30_000 },
  { name: 'reading', input: inputOf(['document', 'sound'], 5), budget: 40_000 },
  { name: 'messages-only', input: inputOf([], 20), budget: 12_000 },
  { name: 'blind', input: undefined, budget: 20_000 },
];
const SHAPES: readonly MediaSize[] = [
  // Smaller than the line in its place, so that it costs more once it is no longer shown.
  { width: 64, height: 64, bytes: 900 },
  { width: 640, height: 480, bytes: 60_000 },
  { width: 1_500, height: 1_000, bytes: 400_000 },
  { durationMs: 40_000, bytes: 640_000 },
  { pages: 3, bytes: 30_000 },
];
/** A message of a user has images only. */
const IMAGES = 3;
/** The tokenizer of these models makes a token of every byte, which is the most that one can. */
const STAND_IN_TOKENS = 60;
const BYTES_PER_TOKEN = 3;
const rates = flatRates(1n);

interface Turn {
  readonly model: number;
  readonly message: number;
  readonly answer: number;
  readonly result: number;
  readonly messageImages: readonly number[];
  readonly resultImages: readonly number[];
}

const shapes = (count: number) =>
  fc.oneof(fc.array(fc.nat(count - 1), { maxLength: 4 }), fc.array(fc.constant(0), { maxLength: 6 }));
const sessions = fc.array(
  fc.record<Turn>({
    model: fc.nat(MODELS.length - 1),
    message: fc.oneof(fc.constant(0), fc.integer({ min: 1, max: 600 })),
    answer: fc.nat(400),
    result: fc.nat(1_500),
    messageImages: shapes(IMAGES),
    resultImages: shapes(SHAPES.length),
  }),
  { minLength: 2, maxLength: 30 },
);

test('[I4] [image:money:bound-by-pixels] what a model is billed for a session with images, on any change of models and windows, is within the bound that its last report makes', () => {
  let reported = 0;
  fc.assert(
    fc.property(sessions, (turns) => {
      const reports = new Map<number, InputReport>();
      for (const [turn, { model }] of turns.entries()) {
        const sizes = sizesUpTo(turns, turn);
        const { name, input, budget } = MODELS[model] ?? { name: '', input: undefined, budget: 0 };
        const prompt = promptWindow(sizes, budget, input);
        const billed = billedFor(sizes, prompt);
        const grownBytes = sizes.reduce((sum, size) => sum + bytesIn(size), 0);
        const bound = inputBound(
          rates,
          {
            ...prompt,
            tokens: prompt.tokens - (prompt.window.imageTokens ?? 0),
            mediaOfSession: sizes.reduce((sum, each) => sum + imagesIn(each), 0),
            frame: { parts: { systemBytes: 0, volatileBytes: 0, toolBytes: 0, grownBytes } },
            extraBodyBytes: 0,
            retryBytes: 0,
          },
          { report: reports.get(model) },
        );
        if (bound.by === 'reported') reported += 1;
        expect(bound.tokens, `turn ${turn} on ${name}, by ${bound.by}`).toBeGreaterThanOrEqual(billed);
        reports.set(model, {
          provider: 'acme',
          model: name,
          turn,
          inputTokens: billed,
          promptTokens: 0,
          grownBytes,
          answer: null,
          window: prompt.window,
          sameSystem: true,
          sameVolatile: true,
          sameTools: true,
        });
      }
    }),
    { numRuns: 400 },
  );
  expect(reported).toBeGreaterThan(100);
});

/** The sizes as they are stored when the model of `turn` is selected: its own answer is not there yet. */
function sizesUpTo(turns: readonly Turn[], turn: number): TurnSize[] {
  return turns.slice(0, turn + 1).map(({ message, answer, result, messageImages, resultImages }, index) => {
    const isAnswered = index < turn;
    const inMessages = message === 0 ? [] : messageImages;
    const inResults = isAnswered ? resultImages : [];
    return {
      messages: { whole: sized(message, inMessages.length), levels: null },
      answer: sized(isAnswered ? answer : 0, 0),
      results: { whole: sized(isAnswered ? result : 0, inResults.length), levels: null },
      images: { messages: inMessages.map(shape), results: inResults.map(shape) },
    };
  });
}

function sized(tokens: number, standIns: number): readonly [number, number] {
  return [tokens + standIns * STAND_IN_SIZE[0], tokens * BYTES_PER_TOKEN + standIns * STAND_IN_SIZE[1]];
}

function shape(index: number): MediaSize {
  return SHAPES[index] ?? { width: 1, height: 1, bytes: 1 };
}

function imagesIn({ images: own }: TurnSize): number {
  return (own?.messages.length ?? 0) + (own?.results.length ?? 0);
}

function bytesIn({ messages, answer, results }: TurnSize): number {
  return messages.whole[1] + answer[1] + results.whole[1];
}

/** Tokens of the texts that are shown, of the images that are shown, and of a line in place of each other image of those texts. */
function billedFor(sizes: readonly TurnSize[], prompt: SizedPrompt): number {
  let tokens = 0;
  for (const [turn, { messages, answer, results, images: own }] of sizes.entries()) {
    const parts = [
      {
        isShown: messageLevel(turn, prompt.window) !== 'left_out',
        text: messages.whole[1],
        place: 'message',
        sizes: own?.messages ?? [],
      },
      {
        isShown: turn >= prompt.window.firstTurn,
        text: answer[1] + results.whole[1],
        place: 'result',
        sizes: own?.results ?? [],
      },
    ] as const;
    for (const part of parts) {
      if (!part.isShown) continue;
      const shown = prompt.images.filter((image) => image.turn === turn && image.place === part.place);
      tokens += part.text - part.sizes.length * STAND_IN_SIZE[1];
      tokens += (part.sizes.length - shown.length) * STAND_IN_TOKENS;
      tokens += shown.reduce((sum, image) => sum + costOf(image, part.sizes), 0);
    }
  }
  return tokens;
}

/** It costs what the strict server counts for its pixels, seconds or pages. The bound of each size is another, so it tells which it is. */
function costOf({ bytes }: CountedMedia, own: readonly MediaSize[]): number {
  const size = own.find(
    (each) => bytes - 4 * Math.ceil(each.bytes / 3) < 1_000 && bytes > 4 * Math.ceil(each.bytes / 3),
  );
  if (size === undefined) throw new Error('an image of no known size');
  if ('durationMs' in size) return fileTokens('google-generate', [{ ...size, mediaType: 'audio/wav', inResult: true }]);
  if ('pages' in size) {
    return fileTokens('anthropic-messages', [{ ...size, mediaType: 'application/pdf', inResult: true }]);
  }
  return imageTokens('anthropic-messages', [{ ...size, mediaType: 'image/png', inResult: false }]);
}

const shownAll = { fromTurn: 0, fromIndex: 0, latestMessageFrom: 0, inResults: true };
const whole = WHOLE_TRANSCRIPT;

test.each([
  { it: 'none', before: null, now: shownAll, by: 'bytes' },
  { it: 'none of results', before: { ...shownAll, inResults: false }, now: shownAll, by: 'bytes' },
  { it: 'none of the turn', before: { ...shownAll, fromTurn: 2 }, now: shownAll, by: 'bytes' },
  { it: 'fewer of the turn', before: { ...shownAll, fromIndex: 1 }, now: shownAll, by: 'bytes' },
  { it: 'fewer of the latest message', before: { ...shownAll, latestMessageFrom: 1 }, now: shownAll, by: 'bytes' },
  { it: 'as many', before: shownAll, now: shownAll, by: 'reported' },
  { it: 'more', before: shownAll, now: { ...shownAll, fromIndex: 1 }, by: 'reported' },
])(
  '[I4] [image:money:bound-by-pixels] a report on a prompt that showed $it of its images bounds the next by $by',
  ({ before, now, by }) => {
    const image = { turn: 0, place: 'message', tokens: 500, bytes: 90_000 } as const;
    const bound = inputBound(
      rates,
      {
        window: { ...whole, images: now },
        images: [image],
        mediaOfSession: 3,
        tokens: 100,
        bytes: 4_000,
        cutBytes: 0,
        extraBodyBytes: 0,
        retryBytes: 0,
        frame: { parts: { systemBytes: 0, volatileBytes: 0, toolBytes: 0, grownBytes: 2_000 } },
      },
      {
        report: {
          provider: 'acme',
          model: 'seeing',
          turn: 5,
          inputTokens: 900,
          promptTokens: 100,
          grownBytes: 1_900,
          answer: null,
          window: { ...whole, images: before },
          sameSystem: true,
          sameVolatile: true,
          sameTools: true,
        },
      },
    );
    expect(bound.by).toBe(by);
  },
);
