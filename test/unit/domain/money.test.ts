import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nanoFromUsd, usdFromNano } from '../../../domain/money.ts';

describe('money', () => {
  it('every amount in nano-dollars that JSON can represent is the same after a way to the wire and back', () => {
    // Up to 9e6 USD a double still separates neighbours of 1e-9.
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 8_000_000n * 1_000_000_000n }), (nano) => {
        expect(nanoFromUsd(usdFromNano(nano))).toBe(nano);
      }),
    );
  });

  it('converts the decimal that was written, not the binary fraction behind it', () => {
    expect(nanoFromUsd(0.1)).toBe(100_000_000n);
    expect(nanoFromUsd(2)).toBe(2_000_000_000n);
    expect(nanoFromUsd(1.005)).toBe(1_005_000_000n);
    expect(nanoFromUsd(1e-7)).toBe(100n);
    expect(nanoFromUsd(1_000_000_000)).toBe(10n ** 18n);
  });

  it('rounds half up at a nano-dollar', () => {
    expect(nanoFromUsd(1.5e-9)).toBe(2n);
    expect(nanoFromUsd(4.9e-10)).toBe(0n);
    expect(nanoFromUsd(5e-10)).toBe(1n);
    expect(nanoFromUsd(5e-324)).toBe(0n);
  });

  it('refuses what is not an amount of money', () => {
    for (const wrong of [Number.NaN, Number.POSITIVE_INFINITY, -0.01, 1_000_000_001]) {
      expect(() => nanoFromUsd(wrong)).toThrow(RangeError);
    }
  });

  it('shows negative savings as the mirror image of positive ones', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 18n }), (nano) => {
        expect(usdFromNano(-nano)).toBe(-usdFromNano(nano));
      }),
    );
    expect(usdFromNano(-3_000_000n)).toBe(-0.003);
  });
});
