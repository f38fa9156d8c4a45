import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type MediaInput, MOST_MEDIA_PER_REQUEST } from '../../../../domain/media/media-window.ts';
import { latestMessageImages, promptWindow } from '../../../../domain/prompt-window.ts';
import type { TurnSize } from '../../../../domain/transcript-window.ts';

/** An image of 750 × 1,000 pixels counts 1,016 tokens at most, with the marks around it. */
const size = { width: 750, height: 1_000, bytes: 90_000 };
const TOKENS = 1_016;
const input: MediaInput = {
  counting: { images: { by: 'area' }, soundTokensPerSecond: 32, soundPricePercent: 100 },
  inMessages: ['image'],
  inResults: ['image'],
  most: MOST_MEDIA_PER_REQUEST,
};

interface Shape {
  readonly message?: number;
  readonly answer?: number;
  readonly messageImages?: number;
  readonly resultImages?: number;
}

function turn({ message = 0, answer = 0, messageImages = 0, resultImages = 0 }: Shape): TurnSize {
  const of = (tokens: number) => ({ whole: [tokens, tokens * 4] as const, levels: null });
  const images = (count: number) => Array.from({ length: count }, () => size);
  return {
    messages: of(message),
    answer: [answer, answer * 4],
    results: of(answer),
    images: { messages: images(messageImages), results: images(resultImages) },
  };
}

test('[image:window:old-ones-first] all images are shown beside all texts as long as they fit', () => {
  const turns = [turn({ message: 10, messageImages: 2, answer: 50, resultImages: 1 }), turn({ message: 10 })];
  const { images, window, loss, tokens } = promptWindow(turns, 10_000, input);
  expect(images.map(({ place }) => place)).toEqual(['message', 'message', 'result']);
  expect(loss).toBe('nothing');
  expect(tokens).toBe(10 + 50 + 50 + 10 + 3 * TOKENS);
  expect(window.imageTokens).toBe(3 * TOKENS);
});

test('[image:window:old-ones-first] an old image gives way before an old result does', () => {
  const turns = [
    turn({ message: 10, messageImages: 1, answer: 1_000, resultImages: 1 }),
    turn({ answer: 1_000, resultImages: 1 }),
    turn({}),
  ];
  const { images, loss } = promptWindow(turns, 6_200, input);
  expect(images).toMatchObject([
    { turn: 0, place: 'message' },
    { turn: 1, place: 'result' },
  ]);
  expect(loss).toBe('nothing');
});

test('[image:window:old-ones-first] the images of the latest message stay longest, at the cost of old texts', () => {
  const turns = [turn({ message: 10, answer: 3_000 }), turn({ message: 10, messageImages: 2, answer: 10 }), turn({})];
  const prompt = promptWindow(turns, 5_000, input);
  expect(latestMessageImages(prompt)).toBe(2);
  expect(prompt.loss).toBe('old');
  expect(promptWindow(turns, 2_000, input).images).toEqual([]);
});

test('a model without images is shown none, and its window is that of the texts', () => {
  const turns = [turn({ message: 10, messageImages: 2, answer: 50, resultImages: 1 }), turn({ message: 10 })];
  expect(promptWindow(turns, 10_000, undefined)).toMatchObject({ images: [], tokens: 120, window: { images: null } });
});

test('a protocol without a place for images of tools is shown those of users', () => {
  const turns = [turn({ message: 10, messageImages: 1, answer: 50, resultImages: 3 }), turn({ message: 10 })];
  const { images } = promptWindow(turns, 10_000, { ...input, inResults: [] });
  expect(images).toMatchObject([{ turn: 0, place: 'message' }]);
});

const sessions = fc.record({
  budget: fc.integer({ min: 500, max: 40_000 }),
  most: fc.integer({ min: 1, max: MOST_MEDIA_PER_REQUEST }),
  inResults: fc.boolean(),
  turns: fc.array(
    fc.record({
      message: fc.nat(300),
      answer: fc.nat(3_000),
      messageImages: fc.nat(3),
      resultImages: fc.nat(3),
    }),
    { minLength: 1, maxLength: 60 },
  ),
});

test('[image:window:old-ones-first] a prompt never holds more images than its model takes, nor more tokens than its budget', () => {
  fc.assert(
    fc.property(sessions, ({ budget, most, inResults, turns: shapes }) => {
      const turns = shapes.map((shape, index) =>
        turn({
          // The turn that is to be answered has no answer yet.
          ...(index === shapes.length - 1 ? { messageImages: shape.messageImages } : shape),
          message: shape.message + (shape.messageImages > 0 ? 1 : 0),
        }),
      );
      const prompt = promptWindow(turns, budget, { ...input, most, inResults: inResults ? ['image'] : [] });
      expect(prompt.images.length).toBeLessThanOrEqual(most);
      const imageTokens = prompt.images.length * TOKENS;
      expect(imageTokens).toBeLessThanOrEqual(budget);
      // Texts alone may exceed a budget that is too small for the latest message.
      const texts = promptWindow(turns, budget - imageTokens, undefined);
      expect(prompt.tokens).toBeLessThanOrEqual(Math.max(budget, texts.tokens + imageTokens));
    }),
  );
});

test('[image:window:old-ones-first] the border between shown and left out moves seldom, so prompt caches hold', () => {
  const turns: TurnSize[] = [turn({ message: 20 })];
  const borders: string[] = [];
  for (let index = 0; index < 200; index++) {
    turns.push(turn({ answer: 40, resultImages: 1 }));
    const { window } = promptWindow([...turns, turn({})], 64_000, input);
    borders.push(`${window.images?.fromTurn}.${window.images?.fromIndex}`);
  }
  expect(new Set(borders).size).toBeLessThan(200 / 6);
});
