import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NO_COST_RATIO, observed } from '../../../domain/cost-ratio.ts';
import { routingSavings } from '../../../domain/savings.ts';

const arm = (key: string, posteriorMean: number, referenceCostNano: bigint, costRatio = NO_COST_RATIO) => ({
  key,
  posteriorMean,
  referenceCostNano,
  costRatio,
});

describe('savings of routing', () => {
  it('are exactly zero when the baseline itself served the turn', () => {
    const savings = routingSavings({
      chosen: { key: 'best', costNano: 70n },
      baselineCandidates: [arm('best', 0.9, 100n), arm('cheap', 0.8, 5n)],
    });
    expect(savings).toEqual({
      baselineKey: 'best',
      baselineCostNano: 70n,
      savingsNano: 0n,
      interval: [0n, 0n],
      method: 'actual',
    });
  });

  it('compare with the arm of the best posterior mean, and with the dearest one among equals', () => {
    const turn = { chosen: { key: 'c', costNano: 10n } };
    expect(
      routingSavings({ ...turn, baselineCandidates: [arm('a', 0.9, 50n), arm('b', 0.8, 900n), arm('c', 0.7, 10n)] })
        .baselineKey,
    ).toBe('a');
    expect(
      routingSavings({ ...turn, baselineCandidates: [arm('a', 0.7, 50n), arm('b', 0.7, 900n), arm('c', 0.7, 10n)] })
        .baselineKey,
    ).toBe('b');
  });

  it('are negative when exploration cost more than the baseline would have', () => {
    const savings = routingSavings({
      chosen: { key: 'dear', costNano: 1_000n },
      baselineCandidates: [arm('best', 0.9, 100n), arm('dear', 0.5, 1_000n)],
    });
    expect(savings.savingsNano).toBe(-900n);
    expect(savings.method).toBe('reprice');
  });

  it('use the learned cost of the baseline, and lie within their interval', () => {
    let ratio = NO_COST_RATIO;
    for (let i = 0; i < 30; i++) ratio = observed(ratio, 3_000_000n, 1_000_000n);
    fc.assert(
      fc.property(
        fc.bigInt({ min: 0n, max: 10n ** 12n }),
        fc.bigInt({ min: 1n, max: 10n ** 12n }),
        (costNano, referenceNano) => {
          const { savingsNano, interval, baselineCostNano, method } = routingSavings({
            chosen: { key: 'c', costNano },
            baselineCandidates: [arm('best', 0.9, referenceNano, ratio), arm('c', 0.8, 1n)],
          });
          expect(method).toBe('learned');
          expect(savingsNano).toBe(baselineCostNano - costNano);
          expect(interval[0] <= savingsNano && savingsNano <= interval[1]).toBe(true);
          expect(Math.abs(Number(baselineCostNano) - 3 * Number(referenceNano))).toBeLessThanOrEqual(
            0.001 * Number(referenceNano) + 1,
          );
        },
      ),
    );
  });
});
