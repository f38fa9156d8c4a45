import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Candidate, chooseModel } from '../../../domain/choose-model.ts';
import { priorPosterior, updated } from '../../../domain/posterior.ts';
import { seededRandom } from '../../../domain/random.ts';

function candidate(key: string, reward: number | undefined, costNano: bigint, turns = 300): Candidate {
  let posterior = priorPosterior(0);
  // Rewards that vary by ±0.1 around the given one.
  if (reward !== undefined)
    for (let i = 0; i < turns; i++) posterior = updated(posterior, reward + (i % 2 === 0 ? 0.1 : -0.1), 0);
  return { key, posterior, expectedCostNano: costNano, worstCaseNano: costNano * 4n };
}

function shareOf(key: string, times: number, choose: (seed: string) => { chosen: string | undefined }): number {
  let hits = 0;
  for (let i = 0; i < times; i++) if (choose(`seed:${i}`).chosen === key) hits += 1;
  return hits / times;
}

const anyCandidates = fc.array(
  fc.record({
    reward: fc.option(fc.double({ min: 0.1, max: 0.9, noNaN: true }), { nil: undefined }),
    cost: fc.bigInt({ min: 0n, max: 10n ** 9n }),
    refused: fc.boolean(),
  }),
  { maxLength: 6 },
);
const anyBudget = fc.option(
  fc.record({
    remainingNano: fc.bigInt({ min: -5n, max: 10n ** 10n }),
    remainingTurns: fc.integer({ min: 0, max: 50 }),
  }),
  { nil: undefined },
);

describe('choice of a model', () => {
  it('is always an eligible candidate, whose propensity is in (0, 1], and replays from its seed', () => {
    fc.assert(
      fc.property(anyCandidates, anyBudget, fc.string(), (specs, budget, seed) => {
        const candidates = specs.map(({ reward, cost, refused }, index) => ({
          ...candidate(`m${index}`, reward, cost, 20),
          ...(refused ? { ineligible: 'circuit_open' } : {}),
        }));
        const choose = () =>
          chooseModel({ candidates, random: seededRandom(seed), ...(budget === undefined ? {} : { budget }) });
        const choice = choose();
        const chosen = choice.candidates.find(({ key }) => key === choice.chosen);
        if (choice.chosen === undefined) {
          expect(choice.candidates.some(({ eligible }) => eligible)).toBe(false);
        } else {
          expect(chosen?.eligible).toBe(true);
          expect(choice.propensity).toBeGreaterThan(0);
          expect(choice.propensity).toBeLessThanOrEqual(1 + 1e-9);
        }
        expect(choice.candidates.map(({ key }) => key)).toEqual(candidates.map(({ key }) => key));
        expect(choose()).toEqual(choice);
      }),
    );
  });

  it('never takes an arm whose worst case exceeds what remains (I4)', () => {
    const candidates = [candidate('cheap', 0.5, 1_000n), candidate('dear', 0.9, 1_000_000n)];
    const budget = { remainingNano: 3_999_999n, remainingTurns: 1 };
    const choice = chooseModel({ candidates, random: seededRandom('a'), budget });
    expect(choice).toMatchObject({ chosen: 'cheap', reason: 'only_candidate', propensity: 1 });
    expect(choice.candidates[1]).toMatchObject({ eligible: false, why: 'worst_case_exceeds_budget' });
  });

  it('explores every arm while nothing is known', () => {
    const candidates = ['a', 'b', 'c'].map((key, index) => candidate(key, undefined, 10n ** BigInt(index + 4)));
    for (const key of ['a', 'b', 'c']) {
      expect(shareOf(key, 300, (seed) => chooseModel({ candidates, random: seededRandom(seed) }))).toBeGreaterThan(
        0.05,
      );
    }
  });

  it('takes equal arms of equal price equally often', () => {
    const candidates = [candidate('a', undefined, 5n), candidate('b', undefined, 5n)];
    const share = shareOf('a', 1000, (seed) => chooseModel({ candidates, random: seededRandom(seed) }));
    expect(Math.abs(share - 0.5)).toBeLessThan(0.06);
  });

  it('takes the cheaper of two arms known to be equally good', () => {
    const candidates = [candidate('dear', 0.85, 1_000_000n), candidate('cheap', 0.84, 1_000n)];
    expect(shareOf('cheap', 200, (seed) => chooseModel({ candidates, random: seededRandom(seed) }))).toBe(1);
  });

  it('takes the better arm when the cheaper one is known to be worse than α allows', () => {
    const candidates = [candidate('good', 0.85, 1_000_000n), candidate('bad', 0.6, 1_000n)];
    expect(shareOf('good', 200, (seed) => chooseModel({ candidates, random: seededRandom(seed) }))).toBe(1);
  });

  it('spends at the pace that the budget sets', () => {
    const candidates = [candidate('good', 0.85, 1_000_000n), candidate('bad', 0.6, 1_000n)];
    const budget = { remainingNano: 25_000_000n, remainingTurns: 100 };
    const choose = (seed: string) => chooseModel({ candidates, random: seededRandom(seed), budget });
    expect(Math.abs(shareOf('good', 1000, choose) - 0.249)).toBeLessThan(0.05);
    expect(choose('one').reason).toBe('budget_paced');
    expect(Math.abs(choose('one').propensity - (choose('one').chosen === 'good' ? 0.249 : 0.751))).toBeLessThan(0.01);
  });

  it('takes the best arm under a budget that does not bind', () => {
    const candidates = [candidate('good', 0.85, 1_000_000n), candidate('bad', 0.6, 1_000n)];
    const budget = { remainingNano: 10n ** 12n, remainingTurns: 10 };
    expect(chooseModel({ candidates, random: seededRandom('x'), budget })).toMatchObject({
      chosen: 'good',
      reason: 'best_draw',
    });
  });

  it('estimates the share of decisions that would have gone the same way', () => {
    const candidates = ['a', 'b', 'c'].map((key, index) => candidate(key, undefined, 10n ** BigInt(index + 4)));
    const choices = Array.from({ length: 400 }, (_, i) => chooseModel({ candidates, random: seededRandom(`p:${i}`) }));
    for (const key of ['a', 'b', 'c']) {
      const ofKey = choices.filter(({ chosen }) => chosen === key);
      const meanPropensity = ofKey.reduce((sum, { propensity }) => sum + propensity, 0) / ofKey.length;
      expect(Math.abs(meanPropensity - ofKey.length / choices.length)).toBeLessThan(0.08);
    }
  });
});
