import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clampMaxTokens, warningsReached, worstCaseNano } from '../../../domain/budget.ts';

const amount = fc.bigInt({ min: 0n, max: 10n ** 13n });

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

  it('come at the threshold itself, and all at once where one step crosses them all', () => {
    expect(warningsReached(1_600_000_000n, 2_000_000_000n)).toEqual([80]);
    expect(warningsReached(1_599_999_999n, 2_000_000_000n)).toEqual([]);
    expect(warningsReached(2_000_000_000n, 2_000_000_000n)).toEqual([80, 90, 95]);
  });
});

describe('clamped max_tokens', () => {
  const request = fc.record({
    availableNano: amount,
    requestBytes: fc.integer({ min: 0, max: 2_000_000 }),
    inputNanoPerMtok: amount,
    outputNanoPerMtok: amount,
    wanted: fc.integer({ min: 256, max: 128_000 }),
    floor: fc.constant(256),
  });

  it('have a worst case that fits what is available, and one token more would not (I4)', () => {
    fc.assert(
      fc.property(request, (given) => {
        const maxTokens = clampMaxTokens(given);
        if (maxTokens === undefined) {
          expect(worstCaseNano({ ...given, maxTokens: given.floor })).toBeGreaterThan(given.availableNano);
          return;
        }
        expect(maxTokens).toBeGreaterThanOrEqual(given.floor);
        expect(maxTokens).toBeLessThanOrEqual(given.wanted);
        expect(worstCaseNano({ ...given, maxTokens })).toBeLessThanOrEqual(given.availableNano);
        if (maxTokens < given.wanted) {
          expect(worstCaseNano({ ...given, maxTokens: maxTokens + 1 })).toBeGreaterThan(given.availableNano);
        }
      }),
    );
  });

  it('are what was wanted, however little, when that fits', () => {
    const given = {
      availableNano: 1_000n,
      requestBytes: 0,
      inputNanoPerMtok: 0n,
      outputNanoPerMtok: 1_000_000n,
      floor: 256,
    };
    expect(clampMaxTokens({ ...given, wanted: 100 })).toBe(100);
    expect(clampMaxTokens({ ...given, wanted: 5_000 })).toBe(1_000);
    expect(clampMaxTokens({ ...given, availableNano: 200n, wanted: 5_000 })).toBeUndefined();
  });
});
