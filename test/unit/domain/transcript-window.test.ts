import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CUT_LENGTHS, type Size } from '../../../domain/text-cut.ts';
import {
  type CuttableSize,
  type SizedWindow,
  type TurnSize,
  transcriptWindow,
} from '../../../domain/transcript-window.ts';

const sizeOf = (tokens: number): Size => [tokens, tokens * 4];
/** Texts of so many tokens, as their sizes are stored. */
function texts(...tokens: number[]): CuttableSize {
  const at = (length: number) => tokens.reduce((sum, each) => sum + Math.min(each, length), 0);
  const cuttable = tokens.some((each) => each > CUT_LENGTHS[0]);
  return { whole: sizeOf(at(Number.POSITIVE_INFINITY)), levels: cuttable ? CUT_LENGTHS.map(at).map(sizeOf) : null };
}
const turnOf = (turn: { message?: number; answer?: number; results?: number[] }): TurnSize => ({
  messages: texts(...(turn.message === undefined ? [] : [turn.message])),
  answer: sizeOf(turn.answer ?? 0),
  results: texts(...(turn.results ?? [])),
});
const working = (...results: number[]) => turnOf({ answer: 50, results });
const asked = (message: number) => turnOf({ message });
const unanswered = turnOf({});

const KIB64 = 16_384;
const cases: readonly {
  when: string;
  turns: TurnSize[];
  budget: number;
  loss: SizedWindow['loss'];
  window: Partial<SizedWindow['window']>;
}[] = [
  {
    when: 'the first message alone',
    turns: [asked(40)],
    budget: 4_000,
    loss: 'nothing',
    window: { firstTurn: 0, latestMessageTurn: 0, latestMessageLevel: null },
  },
  {
    when: 'a message that is larger than a window of 8k',
    turns: [asked(64_000)],
    budget: 4_800,
    loss: 'current',
    window: { latestMessageTurn: 0, latestMessageLevel: 5 },
  },
  {
    when: 'twelve parallel results of 64 KiB on a window of 128k',
    turns: [turnOf({ message: 40, answer: 600, results: Array(12).fill(KIB64) }), unanswered],
    budget: 100_000,
    loss: 'current',
    window: { firstTurn: 0, latestResultsLevel: 6 },
  },
  {
    when: 'six parallel results of 64 KiB on a window of 32k',
    turns: [turnOf({ message: 40, answer: 300, results: Array(6).fill(KIB64) }), unanswered],
    budget: 21_000,
    loss: 'current',
    window: { firstTurn: 0, latestResultsLevel: 5 },
  },
  {
    when: 'one result of 64 KiB on a window of 8k',
    turns: [turnOf({ message: 40, answer: 50, results: [KIB64] }), unanswered],
    budget: 4_800,
    loss: 'current',
    window: { firstTurn: 0, latestResultsLevel: 6 },
  },
  {
    when: 'old results that are large: they are cut, the latest is whole',
    turns: [asked(40), ...Array(10).fill(working(9_000)), working(9_000), unanswered],
    budget: 30_000,
    loss: 'old',
    window: { firstTurn: 0, wholeFrom: 11, latestResultsLevel: null },
  },
  {
    when: 'turns of a session that has gone on for long: the oldest are left out',
    turns: [asked(40), ...Array(998).fill(working(25_000)), unanswered],
    budget: 100_000,
    loss: 'old',
    window: { latestResultsLevel: null, messagesFrom: 0, wholeMessagesFrom: 0, latestMessageTurn: 0 },
  },
  {
    when: 'an answer that is larger than the budget itself, made by a larger model',
    turns: [asked(40), turnOf({ answer: 9_000, results: [100] }), unanswered],
    budget: 4_800,
    loss: 'current',
    window: { firstTurn: 2, latestMessageTurn: 0, latestMessageLevel: null },
  },
  {
    when: 'many long messages: the early ones are cut, the latest is whole',
    turns: [...Array(20).fill(turnOf({ message: 4_000, answer: 100 })), asked(4_000)],
    budget: 30_000,
    loss: 'current',
    window: { messagesFrom: 0, latestMessageTurn: 20, latestMessageLevel: null },
  },
];

describe('[context:window:latest-message-and-results] the transcript window', () => {
  it.each(cases)('is right for $when', ({ turns, budget, loss, window: expected }) => {
    const sized = transcriptWindow(turns, budget);
    expect(sized).toMatchObject({ loss, window: expected });
    expect(sized.tokens).toBeLessThanOrEqual(budget);
  });

  const anySize = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 1, max: 70_000 }));
  const anyTurn = fc.record({
    message: fc.option(anySize, { nil: undefined, freq: 3 }),
    answer: fc.integer({ min: 1, max: 2_000 }),
    results: fc.array(anySize, { maxLength: 12 }),
  });
  const anySession = fc
    .tuple(anySize, fc.array(anyTurn, { maxLength: 60 }), fc.option(anySize, { nil: undefined }))
    .map(([first, turns, message]) => [
      ...turns.map((turn, index) => turnOf(index === 0 ? { ...turn, message: first } : turn)),
      turnOf({ message: turns.length === 0 ? first : message }),
    ]);
  const anyBudget = fc.oneof(fc.integer({ min: 200, max: 8_000 }), fc.integer({ min: 200, max: 1_000_000 }));
  const anyCase = fc.tuple(anySession, anyBudget);

  it('always holds the latest message', () => {
    fc.assert(
      fc.property(anyCase, ([turns, budget]) => {
        const { window } = transcriptWindow(turns, budget);
        expect(window.latestMessageTurn).toBe(turns.findLastIndex(({ messages }) => messages.whole[0] > 0));
      }),
    );
  });

  it('is never above the budget', () => {
    fc.assert(
      fc.property(anyCase, ([turns, budget]) => {
        expect(transcriptWindow(turns, budget).tokens).toBeLessThanOrEqual(budget);
      }),
    );
  });

  it('is the whole transcript where that fits', () => {
    fc.assert(
      fc.property(anySession, (turns) => {
        const all = turns.flatMap(({ messages, answer, results }) => [messages.whole[0], answer[0], results.whole[0]]);
        const tokens = all.reduce((sum, each) => sum + each, 0);
        expect(transcriptWindow(turns, tokens)).toMatchObject({ tokens, loss: 'nothing' });
      }),
    );
  });

  it('cuts what is old before what is current, and shows turns without a gap', () => {
    fc.assert(
      fc.property(anyCase, ([turns, budget]) => {
        const { window } = transcriptWindow(turns, budget);
        const latest = turns.length - 2;
        expect(window.firstTurn).toBeLessThanOrEqual(window.wholeFrom);
        expect(window.messagesFrom).toBeLessThanOrEqual(window.wholeMessagesFrom);
        if (window.latestResultsLevel !== null) expect(window.wholeFrom).toBe(latest);
      }),
    );
  });

  it.each([
    { budget: 4_800, results: [900] },
    { budget: 21_000, results: [300, 2_000] },
    { budget: 100_000, results: [5_000] },
    { budget: 800_000, results: [25_000] },
  ])('of $budget tokens begins alike for many turns between two cuts, so that prompt caches hold', (given) => {
    const turns = [asked(300)];
    let borders = '';
    let moves = 0;
    for (let turn = 1; turn < 500; turn++) {
      turns.push(working(...given.results));
      const { window, tokens, loss } = transcriptWindow([...turns, unanswered], given.budget);
      expect(tokens).toBeLessThanOrEqual(given.budget);
      expect(loss).not.toBe('current');
      const now = `${window.firstTurn} ${window.wholeFrom}`;
      if (now !== borders) moves += 1;
      borders = now;
    }
    const growth = 500 * (50 + given.results.reduce((sum, each) => sum + each, 0));
    expect(moves).toBeLessThanOrEqual(growth / (given.budget * 0.2) + 2);
  });
});
