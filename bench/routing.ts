/**
 * Replays recorded rewards and costs of models through the routing code (`domain/`) and through simpler policies.
 * Regret is counted as the data's README says. Not measured: whether a turn's reward stands for its quality, drift of
 * prices, and latency.
 *
 * ROUTING_DATA: path of the data set. ROUTING_SEEDS: replays per policy (default 100).
 */
import { existsSync } from 'node:fs';
import { type Candidate, chooseModel } from '../domain/choose-model.ts';
import { estimate, NO_COST_RATIO, observed } from '../domain/cost-ratio.ts';
import { nanoFromUsd } from '../domain/money.ts';
import { type Posterior, priorPosterior, updated } from '../domain/posterior.ts';
import { seededRandom } from '../domain/random.ts';
import { spendingMix } from '../domain/spending-mix.ts';
import { loadRoutingData, mean, outcomeOf, quantile, type RoutingData, shuffled } from './routing-data.ts';
import { policies } from './routing-policies.ts';

interface Metric {
  readonly value: number;
  readonly floor?: number;
  readonly ratio?: number;
  readonly unit: string;
}

const BUDGETS_USD = [0.0003, 0.0006, 0.001, 0.003, 0.008];
const DRIFT = 0.35;

/** Regret of one replay; rewards arrive `delay` steps late, and `rewardOf` may bend them. */
function regretOf(data: RoutingData, policyName: string, seed: number, delay = 0): number {
  const random = seededRandom(`regret:${policyName}:${seed}`);
  const policy = policies[policyName]?.(data.costTerm, random);
  if (policy === undefined) throw new RangeError(policyName);
  const utility = data.meanReward.map((reward, arm) => reward - (data.costTerm[arm] ?? 0));
  const best = Math.max(...utility);
  const pending: { arm: number; reward: number }[] = [];
  let regret = 0;
  for (const row of shuffled(data.rows, random)) {
    const arm = policy.choose();
    regret += best - (utility[arm] ?? 0);
    pending.push({ arm, reward: outcomeOf(row, arm).reward });
    const due = pending.length > delay ? pending.shift() : undefined;
    if (due !== undefined) policy.learn(due.arm, due.reward);
  }
  return regret;
}

/** Steps after half-time until 45 of the last 50 picks are the new best arm; undefined when that never happens. */
function recoverySteps(data: RoutingData, policyName: string, seed: number): number | undefined {
  const random = seededRandom(`drift:${policyName}:${seed}`);
  const policy = policies[policyName]?.(data.costTerm, random);
  const utility = data.meanReward.map((reward, arm) => reward - (data.costTerm[arm] ?? 0));
  const worsened = utility.indexOf(Math.max(...utility));
  const after = utility.map((value, arm) => (arm === worsened ? value - DRIFT : value));
  const newBest = after.indexOf(Math.max(...after));
  const half = Math.floor(data.rows.length / 2);
  const picks: number[] = [];
  for (const [step, row] of shuffled(data.rows, random).entries()) {
    const arm = policy?.choose() ?? 0;
    const { reward } = outcomeOf(row, arm);
    policy?.learn(arm, step >= half && arm === worsened ? Math.max(0, reward - DRIFT) : reward);
    picks.push(arm);
    if (step >= half + 50 && picks.slice(-50).filter((pick) => pick === newBest).length >= 45) return step - half;
  }
  return undefined;
}

/** Mean reward and cost of one replay through `chooseModel`, in all and a turn under a cap when there is one. */
function replayChoices(data: RoutingData, seed: number, budgetUsd?: number): { reward: number; costUsd: number } {
  const random = seededRandom(`choices:${seed}`);
  const posteriors: Posterior[] = data.arms.map(() => priorPosterior(0));
  const costs = data.meanCostUsd.map(nanoFromUsd);
  const rows = shuffled(data.rows, random);
  let remainingNano = nanoFromUsd((budgetUsd ?? 0) * rows.length);
  let reward = 0;
  let costUsd = 0;
  for (const [turn, row] of rows.entries()) {
    const candidates = data.arms.map((key, arm): Candidate => {
      const expectedCostNano = costs[arm] ?? 0n;
      return { key, posterior: posteriors[arm] ?? priorPosterior(0), expectedCostNano, worstCaseNano: 0n };
    });
    const budget = budgetUsd === undefined ? {} : { budget: { remainingNano, remainingTurns: rows.length - turn } };
    const { chosen } = chooseModel({ candidates, random: seededRandom(`${seed}:${turn}`), ...budget });
    const arm = data.arms.indexOf(chosen ?? '');
    const outcome = outcomeOf(row, arm);
    posteriors[arm] = updated(posteriors[arm] ?? priorPosterior(0), outcome.reward, 0);
    // The cost of the last turn is known only afterwards: it may exceed the rest of the budget by its difference to the mean.
    const spentNano = nanoFromUsd(outcome.costUsd);
    remainingNano = spentNano < remainingNano ? remainingNano - spentNano : 0n;
    reward += outcome.reward / rows.length;
    costUsd += outcome.costUsd / rows.length;
  }
  return { reward, costUsd };
}

/** Median error of predicted spending per task source and pair of arms, after `samples` turns and before any. */
function costRatioError(data: RoutingData, samples: number): { learned: number; repriced: number } {
  const learned: number[] = [];
  const repriced: number[] = [];
  for (const source of new Set(data.rows.map((row) => row.taskSource))) {
    const rows = data.rows.filter((row) => row.taskSource === source);
    if (rows.length < 2 * samples) continue;
    for (const [of, from] of [
      [1, 0],
      [2, 0],
      [2, 1],
      [1, 2],
    ] as const) {
      // Re-pricing: the other arm's cost times the ratio of the arms' prices over all tasks.
      const price = (data.meanCostUsd[of] ?? 0) / (data.meanCostUsd[from] ?? 1);
      const pairs = shuffled(rows, seededRandom(`${source}:${of}:${from}`)).map((row) => ({
        actual: outcomeOf(row, of).costUsd,
        reference: outcomeOf(row, from).costUsd * price,
      }));
      const state = pairs
        .slice(0, samples)
        .reduce((ratio, pair) => observed(ratio, nanoFromUsd(pair.actual), nanoFromUsd(pair.reference)), NO_COST_RATIO);
      const rest = pairs.slice(samples);
      const scale = mean(rest.map((pair) => pair.reference)) / mean(rest.map((pair) => pair.actual));
      learned.push(Math.abs(scale * estimate(state).ratio - 1));
      repriced.push(Math.abs(scale - 1));
    }
  }
  return { learned: quantile(learned, 0.5), repriced: quantile(repriced, 0.5) };
}

function cpuOfAChoiceUs(): number {
  const candidates = ['a', 'b', 'c', 'd'].map((key, index): Candidate => {
    const cost = 1_000n * 10n ** BigInt(index);
    return { key, posterior: updated(priorPosterior(0), 0.8, 0), expectedCostNano: cost, worstCaseNano: cost };
  });
  const budget = { remainingNano: 1_000_000n, remainingTurns: 10 };
  const choose = (i: number) => chooseModel({ candidates, random: seededRandom(`cpu:${i}`), budget });
  for (let i = 0; i < 500; i++) choose(i);
  const before = process.cpuUsage();
  const rounds = 2_000;
  for (let i = 0; i < rounds; i++) choose(i);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / rounds;
}

function run(data: RoutingData, seeds: number): Record<string, Metric> {
  const metrics: Record<string, Metric> = {};
  const each = <T>(count: number, measure: (seed: number) => T): T[] =>
    Array.from({ length: count }, (_, seed) => measure(seed));
  const report = (name: string, value: number, unit: string, floor?: number): void => {
    const ratio = floor === undefined ? {} : { floor: round(floor), ratio: round(value / floor) };
    metrics[name] = { value: round(value), ...ratio, unit };
    console.log(
      `${name.padEnd(44)} ${String(round(value)).padStart(10)} ${unit}${floor === undefined ? '' : `  (of ${round(floor)})`}`,
    );
  };

  const uniform = mean(each(seeds, (seed) => regretOf(data, 'uniform', seed)));
  for (const name of Object.keys(policies)) {
    const regrets = each(seeds, (seed) => regretOf(data, name, seed));
    report(`regret_${name}`, mean(regrets), 'reward', uniform);
    report(`regret_p95_${name}`, quantile(regrets, 0.95), 'reward');
  }
  for (const name of ['nig_thompson', 'ucb1']) {
    report(`regret_delay_200_${name}`, mean(each(seeds, (seed) => regretOf(data, name, seed, 200))), 'reward', uniform);
  }
  for (const name of ['nig_thompson', 'nig_without_decay']) {
    const steps = each(seeds, (seed) => recoverySteps(data, name, seed) ?? Math.ceil(data.rows.length / 2));
    report(`drift_recovery_median_${name}`, quantile(steps, 0.5), 'steps');
  }

  const replays = Math.max(1, Math.round(seeds / 10));
  const bestReward = Math.max(...data.meanReward);
  const bestCost = data.meanCostUsd[data.meanReward.indexOf(bestReward)] ?? Number.NaN;
  const free = each(replays, (seed) => replayChoices(data, seed));
  report('choice_reward', mean(free.map(({ reward }) => reward)), 'reward', bestReward);
  report('choice_cost', 1e3 * mean(free.map(({ costUsd }) => costUsd)), 'mUSD/turn', 1e3 * bestCost);
  for (const budgetUsd of BUDGETS_USD) {
    const shares = spendingMix({ draws: data.meanReward, costs: data.meanCostUsd, level: Infinity, pace: budgetUsd });
    const optimum = shares.reduce((sum, share, arm) => sum + share * (data.meanReward[arm] ?? 0), 0);
    const paced = each(replays, (seed) => replayChoices(data, seed, budgetUsd));
    report(`paced_reward_${1e3 * budgetUsd}_musd`, mean(paced.map(({ reward }) => reward)), 'reward', optimum);
    report(
      `paced_cost_${1e3 * budgetUsd}_musd`,
      1e3 * mean(paced.map(({ costUsd }) => costUsd)),
      'mUSD/turn',
      1e3 * budgetUsd,
    );
  }

  const error = costRatioError(data, 50);
  report('cost_error_after_50_samples', 100 * error.learned, '%', 100 * error.repriced);
  report('cpu_of_a_choice', cpuOfAChoiceUs(), 'us');
  return metrics;
}

function round(value: number): number {
  return Number(value.toPrecision(4));
}

const path = process.env.ROUTING_DATA ?? '../shared/data/routing/pareto-val.json';
if (existsSync(path)) {
  console.log(JSON.stringify(run(loadRoutingData(path), Number(process.env.ROUTING_SEEDS ?? 100))));
} else {
  console.error(`No routing data at ${path}. Set ROUTING_DATA to the path of pareto-val.json.`);
  process.exitCode = 1;
}
