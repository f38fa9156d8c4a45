import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { warningsReached } from '../../../domain/budget.ts';

describe('budget warnings', () => {
  it('come for each threshold, lowest first, in whatever steps the money is spent', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        fc.array(fc.bigInt({ min: 0n, max: 10n ** 11n }), { maxLength: 40 }),
        (cap, steps) => {
          let spent = 0n;
          let warned: number[] = [];
          for (const step of steps) {
            const left = cap - spent;
            spent = step < left ? spent + step : cap;
            const reached = warningsReached(spent, cap);
            expect(reached.slice(0, warned.length)).toEqual(warned);
            warned = reached;
          }
          expect(warned).toEqual([80, 90, 95].filter((percent) => spent * 100n >= BigInt(percent) * cap));
        },
      ),
    );
  });

  it('come at the threshold itself, and all at once if one step crosses them all', () => {
    expect(warningsReached(1_600_000_000n, 2_000_000_000n)).toEqual([80]);
    expect(warningsReached(1_599_999_999n, 2_000_000_000n)).toEqual([]);
    expect(warningsReached(2_000_000_000n, 2_000_000_000n)).toEqual([80, 90, 95]);
  });
});
