import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { spendingMix } from '../../../domain/spending-mix.ts';

const arm = fc.record({
  draw: fc.double({ min: -0.5, max: 1.5, noNaN: true }),
  cost: fc.integer({ min: 0, max: 1000 }),
});
const problem = fc
  .record({
    arms: fc.array(arm, { minLength: 1, maxLength: 6 }),
    level: fc.constantFrom(0.6, 0.9, Number.POSITIVE_INFINITY),
    pace: fc.integer({ min: 0, max: 1200 }),
  })
  .map(({ arms, level, pace }) => ({ draws: arms.map((a) => a.draw), costs: arms.map((a) => a.cost), level, pace }));

const dot = (shares: readonly number[], values: readonly number[]) =>
  shares.reduce((sum, share, index) => sum + share * (values[index] ?? 0), 0);

describe('spending mix', () => {
  it('is a probability over at most two arms', () => {
    fc.assert(
      fc.property(problem, (given) => {
        const shares = spendingMix(given);
        expect(shares.every((share) => share >= 0)).toBe(true);
        expect(
          dot(
            shares,
            shares.map(() => 1),
          ),
        ).toBeCloseTo(1, 9);
        expect(shares.filter((share) => share > 0).length).toBeLessThanOrEqual(2);
      }),
    );
  });

  it('spends no more than the pace, or takes the cheapest arm when no arm keeps it', () => {
    fc.assert(
      fc.property(problem, (given) => {
        const spent = dot(spendingMix(given), given.costs);
        const cheapest = Math.min(...given.costs);
        expect(spent).toBeLessThanOrEqual(Math.max(given.pace, cheapest) + 1e-9);
      }),
    );
  });

  it('is at least as good as any other mix that keeps the pace', () => {
    fc.assert(
      fc.property(
        problem,
        fc.array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 6, maxLength: 6 }),
        (given, weights) => {
          const raw = given.draws.map((_, index) => weights[index] ?? 0);
          const total = raw.reduce((sum, weight) => sum + weight, 0);
          const rival = raw.map((weight) => weight / total);
          fc.pre(dot(rival, given.costs) <= given.pace);
          const values = given.draws.map((draw) => Math.min(draw, given.level));
          expect(dot(spendingMix(given), values)).toBeGreaterThanOrEqual(dot(rival, values) - 1e-9);
        },
      ),
    );
  });

  it('does not pay for quality above the level', () => {
    expect(spendingMix({ draws: [0.8, 0.95], costs: [1, 100], level: 0.75, pace: Number.POSITIVE_INFINITY })).toEqual([
      1, 0,
    ]);
  });

  it('takes the better draw of arms that cost the same', () => {
    expect(spendingMix({ draws: [0.8, 0.9], costs: [5, 5], level: 0.7, pace: Number.POSITIVE_INFINITY })).toEqual([
      0, 1,
    ]);
  });
});
