import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { advanceWindow, type WindowTurn } from '../../../domain/transcript-window.ts';

const turns = fc
  .array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 60 })
  .map((tokens) => tokens.map((count, turn): WindowTurn => ({ turn, tokens: count })));

describe('transcript window', () => {
  it('does not move while the turns fit, so that prompt caches hold', () => {
    fc.assert(
      fc.property(turns, (given) => {
        const sum = given.reduce((total, turn) => total + turn.tokens, 0);
        expect(advanceWindow({ turns: given, budgetTokens: sum, keepTurns: 2 })).toEqual({ firstTurn: 0, tokens: sum });
      }),
    );
  });

  it('that is over budget drops whole turns, oldest first, down to 60 % of the budget, and keeps the last turns', () => {
    fc.assert(
      fc.property(
        turns,
        fc.integer({ min: 1, max: 2000 }),
        fc.integer({ min: 0, max: 5 }),
        (given, budgetTokens, keepTurns) => {
          const { firstTurn, tokens } = advanceWindow({ turns: given, budgetTokens, keepTurns });
          const kept = given.filter(({ turn }) => turn >= firstTurn);
          expect(tokens).toBe(kept.reduce((total, turn) => total + turn.tokens, 0));
          expect(kept.length).toBeGreaterThanOrEqual(Math.min(given.length, Math.max(1, keepTurns)));
          const moved = firstTurn > 0;
          const onlyTheLast = kept.length <= Math.max(1, keepTurns);
          expect(tokens <= budgetTokens * (moved ? 0.6 : 1) || onlyTheLast).toBe(true);
        },
      ),
    );
  });

  it('moves rarely: a long session keeps its prompt for many turns between cuts', () => {
    let window: WindowTurn[] = [];
    let moves = 0;
    for (let turn = 0; turn < 500; turn++) {
      window.push({ turn, tokens: 100 });
      const { firstTurn, tokens } = advanceWindow({ turns: window, budgetTokens: 5_000, keepTurns: 4 });
      expect(tokens).toBeLessThanOrEqual(5_000);
      if (firstTurn !== window[0]?.turn) moves += 1;
      window = window.filter((kept) => kept.turn >= firstTurn);
    }
    expect(moves).toBeLessThanOrEqual(500 / 20);
  });
});
