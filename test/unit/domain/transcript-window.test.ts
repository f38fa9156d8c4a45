import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type TurnSize, transcriptWindow } from '../../../domain/transcript-window.ts';

const turnOf = (turn: number, tokens: number): TurnSize => ({ turn, tokens, bytes: tokens * 4 });
/** Turns from 0 on, each with its tokens. */
const turnsOf = (...tokens: number[]) => tokens.map((count, turn) => turnOf(turn, count));
const anyTurns = fc
  .array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 })
  .map((tokens) => turnsOf(...tokens));

const tokensOf = (turns: readonly TurnSize[]) => turns.reduce((sum, { tokens }) => sum + tokens, 0);

describe('the transcript window', () => {
  it.each([
    { when: 'there is no turn yet', sizes: [], from: 0, firstTurn: 0, droppedTurns: 0, tokens: 0 },
    {
      when: 'only the first turn is there, over budget',
      sizes: turnsOf(500),
      from: 0,
      firstTurn: 0,
      droppedTurns: 0,
      tokens: 500,
    },
    {
      when: 'all turns fit exactly',
      sizes: turnsOf(20, 20, 20, 40),
      from: 0,
      firstTurn: 1,
      droppedTurns: 0,
      tokens: 100,
    },
    {
      when: 'they are one token over: 60 % of what the first turn leaves',
      sizes: turnsOf(20, 30, 3, 24, 24),
      from: 0,
      firstTurn: 3,
      droppedTurns: 2,
      tokens: 68,
    },
    {
      when: 'the latest two are over budget: they stay',
      sizes: turnsOf(20, 30, 90, 90),
      from: 0,
      firstTurn: 2,
      droppedTurns: 1,
      tokens: 200,
    },
    {
      when: 'the first turn alone is over budget: the latest two stay',
      sizes: turnsOf(200, 5, 5, 5),
      from: 0,
      firstTurn: 2,
      droppedTurns: 1,
      tokens: 210,
    },
    {
      when: 'the window began later and still fits',
      sizes: [turnOf(0, 20), turnOf(7, 30), turnOf(8, 30)],
      from: 7,
      firstTurn: 7,
      droppedTurns: 6,
      tokens: 80,
    },
    {
      when: 'a turn from before the window is there, too',
      sizes: [turnOf(0, 20), turnOf(6, 5), turnOf(7, 30)],
      from: 7,
      firstTurn: 7,
      droppedTurns: 6,
      tokens: 50,
    },
  ])('is right when $when', ({ sizes, from, firstTurn, droppedTurns, tokens }) => {
    const window = transcriptWindow({ sizes, firstTurn: from, budgetTokens: 100 });
    expect(window).toEqual({ firstTurn, droppedTurns, tokens, bytes: tokens * 4 });
  });

  it('does not move while the turns fit, so that prompt caches hold', () => {
    fc.assert(
      fc.property(anyTurns, (sizes) => {
        const window = transcriptWindow({ sizes, firstTurn: 0, budgetTokens: tokensOf(sizes) });
        expect(window).toMatchObject({ droppedTurns: 0, tokens: tokensOf(sizes) });
      }),
    );
  });

  it('over budget falls to 60 % of it, by whole turns from the oldest, and keeps the first turn and the last two', () => {
    fc.assert(
      fc.property(anyTurns, fc.integer({ min: 1, max: 2_000 }), (sizes, budgetTokens) => {
        const { firstTurn, droppedTurns, tokens } = transcriptWindow({ sizes, firstTurn: 0, budgetTokens });
        const shown = sizes.filter(({ turn }) => turn === 0 || turn >= firstTurn);
        expect(tokens).toBe(tokensOf(shown));
        expect(shown.length + droppedTurns).toBe(sizes.length);
        expect(shown).toEqual(expect.arrayContaining(sizes.slice(-2)));
        const budgetOfRest = Math.max(0, budgetTokens - tokensOf(sizes.slice(0, 1)));
        const rest = tokensOf(shown.slice(1));
        expect(rest <= budgetOfRest * (droppedTurns > 0 ? 0.6 : 1) || shown.length <= 3).toBe(true);
      }),
    );
  });

  it('moves rarely: a long session keeps its prompt for many turns between cuts', () => {
    const sizes: TurnSize[] = [];
    let firstTurn = 0;
    let moves = 0;
    for (let turn = 0; turn < 500; turn++) {
      sizes.push(turnOf(turn, 100));
      const window = transcriptWindow({ sizes, firstTurn, budgetTokens: 5_000 });
      expect(window.tokens).toBeLessThanOrEqual(5_000);
      if (window.droppedTurns > 0 && window.firstTurn !== firstTurn) moves += 1;
      firstTurn = window.firstTurn;
    }
    expect(moves).toBeGreaterThan(0);
    expect(moves).toBeLessThanOrEqual(500 / 19);
  });
});
