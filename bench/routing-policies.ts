import { drawMean, priorPosterior, updated } from '../domain/posterior.ts';
import type { SeededRandom } from '../domain/random.ts';

/** Learns from rewards alone; `costTerm` is subtracted when it chooses. */
export interface Policy {
  choose(): number;
  learn(arm: number, reward: number): void;
}

export type PolicyFactory = (costTerm: readonly number[], random: SeededRandom) => Policy;

/** Learns from a turn's reward as the product does: `domain/posterior.ts`, decay included. */
const nigThompson: PolicyFactory = (costTerm, random) => {
  const posteriors = costTerm.map(() => priorPosterior(0));
  return {
    choose: () => bestOf(posteriors.map((posterior, arm) => drawMean(posterior, random) - at(costTerm, arm))),
    learn(arm, reward) {
      posteriors[arm] = updated(posteriors[arm] ?? priorPosterior(0), reward, 0);
    },
  };
};

/** The same prior and draws, but nothing is ever forgotten. */
const nigWithoutDecay: PolicyFactory = (costTerm, random) => {
  const posteriors = costTerm.map(() => ({ ...priorPosterior(0) }));
  return {
    choose: () => bestOf(posteriors.map((posterior, arm) => drawMean(posterior, random) - at(costTerm, arm))),
    learn(arm, reward) {
      const { mean, kappa, alpha, beta } = posteriors[arm] ?? priorPosterior(0);
      const surprise = reward - mean;
      posteriors[arm] = {
        mean: mean + surprise / (kappa + 1),
        kappa: kappa + 1,
        alpha: alpha + 0.5,
        beta: beta + (surprise * surprise * kappa) / (2 * (kappa + 1)),
        updatedAtMs: 0,
      };
    },
  };
};

const betaThompson: PolicyFactory = (costTerm, random) => {
  const counts = costTerm.map(() => ({ good: 1, bad: 1 }));
  return {
    choose: () =>
      bestOf(
        counts.map(({ good, bad }, arm) => {
          const g = random.gamma(good);
          return g / (g + random.gamma(bad)) - at(costTerm, arm);
        }),
      ),
    learn(arm, reward) {
      const { good, bad } = counts[arm] ?? { good: 1, bad: 1 };
      counts[arm] = { good: good + reward, bad: bad + 1 - reward };
    },
  };
};

/** Policies on running means; each arm is tried once first. */
function onMeans(score: (arm: ArmMean, t: number, random: SeededRandom) => number, epsilon = 0): PolicyFactory {
  return (costTerm, random) => {
    const arms: ArmMean[] = costTerm.map(() => ({ n: 0, mean: 0, m2: 0 }));
    let t = 0;
    return {
      choose() {
        t += 1;
        if (random.uniform() < epsilon) return Math.floor(random.uniform() * arms.length);
        return bestOf(
          arms.map((arm, index) =>
            arm.n === 0 ? Number.POSITIVE_INFINITY : score(arm, t, random) - at(costTerm, index),
          ),
        );
      },
      learn(index, reward) {
        const arm = arms[index] ?? { n: 0, mean: 0, m2: 0 };
        const n = arm.n + 1;
        const mean = arm.mean + (reward - arm.mean) / n;
        arms[index] = { n, mean, m2: arm.m2 + (reward - arm.mean) * (reward - mean) };
      },
    };
  };
}

interface ArmMean {
  readonly n: number;
  readonly mean: number;
  readonly m2: number;
}

const ucb = (arm: ArmMean, t: number): number => arm.mean + Math.SQRT2 * Math.sqrt(Math.log(t) / arm.n);
const gaussian = (arm: ArmMean, random: SeededRandom): number =>
  arm.mean + random.normal() * Math.sqrt(arm.m2 / Math.max(1, arm.n - 1) / arm.n);

export const policies: Readonly<Record<string, PolicyFactory>> = {
  nig_thompson: nigThompson,
  nig_without_decay: nigWithoutDecay,
  beta_thompson: betaThompson,
  epsilon_greedy: onMeans((arm) => arm.mean, 0.1),
  ucb1_then_gaussian: onMeans((arm, t, random) => (t < 500 ? ucb(arm, t) : gaussian(arm, random))),
  greedy: onMeans((arm) => arm.mean),
  ucb1: onMeans((arm, t) => ucb(arm, t)),
  uniform: (costTerm, random) => ({
    choose: () => Math.floor(random.uniform() * costTerm.length),
    learn: () => undefined,
  }),
};

function bestOf(scores: readonly number[]): number {
  return scores.indexOf(Math.max(...scores));
}

function at(values: readonly number[], index: number): number {
  return values[index] ?? 0;
}
