import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { estimate, NO_COST_RATIO, observed } from '../../../domain/cost-ratio.ts';
import { seededRandom } from '../../../domain/random.ts';

const cost = fc.bigInt({ min: 1n, max: 10n ** 12n });

describe('cost ratio', () => {
  it('is a re-pricing with a wide interval until it has been observed', () => {
    const { ratio, lo, hi, method } = estimate(NO_COST_RATIO);
    expect({ ratio, method }).toEqual({ ratio: 1, method: 'reprice' });
    expect(lo).toBeLessThan(1 / 4);
    expect(hi).toBeGreaterThan(4);
  });

  it('always lies within its own interval', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(cost, cost), { maxLength: 30 }), (turns) => {
        const { ratio, lo, hi } = estimate(
          turns.reduce((state, [actual, reference]) => observed(state, actual, reference), NO_COST_RATIO),
        );
        expect(lo).toBeGreaterThan(0);
        expect(ratio).toBeGreaterThanOrEqual(lo);
        expect(ratio).toBeLessThanOrEqual(hi);
      }),
    );
  });

  it('learns a factor and its spread', () => {
    const random = seededRandom('factor');
    let state = NO_COST_RATIO;
    for (let i = 0; i < 50; i++)
      state = observed(state, BigInt(Math.round(4e6 * Math.exp(0.3 * random.normal()))), 1_000_000n);
    const { ratio, lo, hi, method } = estimate(state);
    expect(method).toBe('learned');
    expect(Math.abs(ratio / 4 - 1)).toBeLessThan(0.15);
    expect(hi / lo).toBeLessThan(4.5);
  });

  it('learns nothing from a turn that cost nothing', () => {
    expect(observed(NO_COST_RATIO, 0n, 5n)).toBe(NO_COST_RATIO);
    expect(observed(NO_COST_RATIO, 5n, 0n)).toBe(NO_COST_RATIO);
  });
});
