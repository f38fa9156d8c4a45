import { expect, test } from 'vitest';
import { tokenRatioOf } from '../../../domain/token-ratio.ts';

const ratios = [
  { provider: 'a', model: 'm', ratio: 1.25 },
  { provider: 'b', model: 'n', ratio: 0.8 },
];

test.each([
  [null, 1.25],
  [['b/*'], 0.8],
  [['n', 'a/m'], 1.25],
  [['a/n'], 1],
  [['m'], 1.25],
])(
  '[context:tokens:as-the-model-counts] of the models %j that a run may use, the one that counts most decides',
  (filter, ratio) => {
    expect(tokenRatioOf(ratios, filter)).toBe(ratio);
    expect(tokenRatioOf([], filter)).toBe(1);
  },
);
