import { expect, test } from 'vitest';
import type { Arm, Obstacle } from '../../../domain/arms.ts';
import { cheaperArms } from '../../../domain/cheaper-arms.ts';

const spent: Obstacle = { kind: 'spent', why: 'worst_case_exceeds_budget' };

/** What one more model of the run, and one of the tenant, need for a transcript of so many tokens. Undefined: a whole one. */
type Needs = (model: string, transcriptTokens: number | undefined) => bigint;
const TRANSCRIPT = 40_000;
const proportional: Needs = (model, most = TRANSCRIPT) =>
  BigInt(Math.min(most, TRANSCRIPT)) * (model === 'own' ? 10n : 1n);

function way(
  freeNano: bigint,
  { others = ['other'], needs = proportional }: { others?: string[]; needs?: Needs } = {},
) {
  const tried: string[] = [];
  const arms = cheaperArms(['own'], others, (models, most) => {
    tried.push(`${models.join('+')} ${most ?? 'whole'}`);
    return models.map((model) => {
      const obstacle = needs(model, most) <= freeNano ? undefined : spent;
      return { key: model, obstacle } as Arm;
    });
  });
  return { tried, able: arms?.flatMap(({ key, obstacle }) => (obstacle === undefined ? [key] : [])) };
}

test.each([
  { left: 200_000n, last: 'own 16384', able: ['own'] },
  { left: 50_000n, last: 'own 4096', able: ['own'] },
  { left: 41_000n, last: 'own 4096', able: ['own'] },
  { left: 11_000n, last: 'own 1024', able: ['own'] },
  { left: 10_000n, last: 'own+other 4096', able: ['other'] },
  { left: 1_024n, last: 'own+other 1024', able: ['other'] },
])(
  '[budget:downgrade:cheaper-ways-in-order] with $left nano-dollars left, a turn is served by $able, tried last as $last',
  ({ left, last, able }) => {
    const found = way(left);
    expect([found.tried.at(-1), found.able]).toEqual([last, able]);
  },
);

test('[budget:downgrade:cheaper-ways-in-order] a model of the tenant is given the whole prompt if it can be paid', () => {
  const dearFrame: Needs = (model, most = TRANSCRIPT) => (model === 'own' ? 1_000_000n : BigInt(most));
  expect(way(40_000n, { needs: dearFrame })).toEqual({
    tried: ['own 16384', 'own 4096', 'own 1024', 'own+other whole'],
    able: ['other'],
  });
});

test('[budget:downgrade:cheaper-ways-in-order] when nothing can be paid, or there is no other model, there is no way', () => {
  expect(way(1_000n).able).toBeUndefined();
  expect(way(10_000n, { others: [] })).toEqual({ tried: ['own 16384', 'own 4096', 'own 1024'], able: undefined });
});
