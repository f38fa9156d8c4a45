import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decayed, drawMean, priorPosterior, updated } from '../../../domain/posterior.ts';
import { seededRandom } from '../../../domain/random.ts';

const DAY_MS = 86_400_000;
const reward = fc.double({ min: 0, max: 1, noNaN: true });
const step = fc.tuple(reward, fc.integer({ min: 0, max: 30 * DAY_MS }));

function learned(rewards: readonly number[], from = priorPosterior(0)) {
  return rewards.reduce((posterior, value) => updated(posterior, value, posterior.updatedAtMs), from);
}

describe('posterior', () => {
  it('stays a proper posterior through any history of rewards and pauses', () => {
    const prior = priorPosterior(0);
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        let nowMs = 0;
        let posterior = prior;
        for (const [value, pauseMs] of steps) {
          nowMs += pauseMs;
          posterior = updated(posterior, value, nowMs);
          expect(posterior.kappa).toBeGreaterThanOrEqual(prior.kappa);
          expect(posterior.alpha).toBeGreaterThanOrEqual(prior.alpha);
          expect(posterior.beta).toBeGreaterThan(0);
          expect(posterior.mean).toBeGreaterThanOrEqual(0);
          expect(posterior.mean).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('has bounded evidence, so that it never stops learning', () => {
    expect(learned(Array.from({ length: 5000 }, () => 0.9)).kappa).toBeLessThan(336);
  });

  it('follows a model that gets worse', () => {
    const good = learned(Array.from({ length: 1000 }, () => 0.9));
    const after = learned(
      Array.from({ length: 300 }, () => 0.4),
      good,
    );
    expect(good.mean).toBeCloseTo(0.9, 2);
    expect(after.mean).toBeLessThan(0.62);
  });

  it('returns to the prior when no reward comes for a long time', () => {
    const prior = priorPosterior(0);
    const old = decayed(learned(Array.from({ length: 100 }, () => 0.1)), 3 * 365 * DAY_MS);
    expect(old.mean).toBeCloseTo(prior.mean, 3);
    expect(old.kappa).toBeCloseTo(prior.kappa, 3);
    expect(old.beta).toBeCloseTo(prior.beta, 3);
  });

  it('decays by the time that passed, however often it is read', () => {
    fc.assert(
      fc.property(fc.array(reward, { maxLength: 20 }), fc.integer({ min: 1, max: 100 }), (rewards, days) => {
        const start = learned(rewards);
        const once = decayed(start, days * DAY_MS);
        const twice = decayed(decayed(start, (days * DAY_MS) / 2), days * DAY_MS);
        expect(twice.mean).toBeCloseTo(once.mean, 9);
        expect(twice.kappa).toBeCloseTo(once.kappa, 9);
        expect(twice.beta).toBeCloseTo(once.beta, 9);
      }),
    );
  });

  it('ignores a clock that goes backwards', () => {
    const posterior = updated(priorPosterior(1000), 0.5, 1000);
    expect(decayed(posterior, 500)).toEqual(posterior);
    expect(updated(posterior, 0.5, 500).updatedAtMs).toBe(1000);
  });

  it('draws around its mean, closer the more it has seen', () => {
    const random = seededRandom('draws');
    const spread = (posterior: ReturnType<typeof learned>): number => {
      const draws = Array.from({ length: 4000 }, () => drawMean(posterior, random) - posterior.mean);
      return Math.sqrt(draws.reduce((sum, draw) => sum + draw * draw, 0) / draws.length);
    };
    const few = spread(learned([0.5, 0.9]));
    const many = spread(learned(Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? 0.5 : 0.9))));
    expect(few).toBeGreaterThan(0.05);
    expect(many).toBeLessThan(0.03);
  });

  it('refuses a reward outside [0, 1]', () => {
    for (const wrong of [-0.1, 1.1, Number.NaN]) {
      expect(() => updated(priorPosterior(0), wrong, 0)).toThrow(RangeError);
    }
  });
});
