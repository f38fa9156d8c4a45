import { type Arm, canServeIfPaid } from './arms.ts';

/** A turn waits for the slowest of its counts, and few arms are nearly as cheap as the cheapest. */
const MOST_COUNTS = 3;

/**
 * The arms whose prompts are worth counting, the cheapest first. There are none as long as an arm can serve the turn with an
 * answer of a usual length: counts take time, and bounds that are too large cost nothing while there is money.
 */
export function armsToCount(arms: readonly Arm[], canCount: (arm: Arm) => boolean): Arm[] {
  if (arms.some(({ obstacle, isShortOfMoney }) => obstacle === undefined && !isShortOfMoney)) return [];
  return arms
    .filter((arm) => arm.gainsByCount && canServeIfPaid(arm) && canCount(arm))
    .sort((a, b) => (a.leastCostNano < b.leastCostNano ? -1 : 1))
    .slice(0, MOST_COUNTS);
}
