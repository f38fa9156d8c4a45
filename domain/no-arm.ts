import type { SessionError } from '../contract/events.ts';
import { type Arm, type ArmModel, type ArmPrompt, leastCostOf } from './arms.ts';
import { backoffMs } from './backoff.ts';
import { least } from './budget.ts';
import type { ShownFailure } from './last-failure.ts';

/** The next step of a turn that no arm can serve now. */
export type WithoutArm =
  | { readonly kind: 'wait'; readonly waitMs: number }
  | { readonly kind: 'end'; readonly reason: 'budget_exhausted' }
  | { readonly kind: 'end'; readonly reason: 'error'; readonly error: SessionError };

export interface WaitLimits {
  /** How long a turn waits while every arm is down. */
  readonly outageWaitMs: number;
  /** How long a turn waits for money that others hold reserved. */
  readonly releaseWaitMs: number;
}

/** An arm with what stands against it, and its prompt where that may be its length. */
type HinderedArm = Pick<Arm, 'obstacle'> & {
  readonly spec?: Pick<ArmModel, 'model' | 'contextWindow'>;
  readonly prompt?: Pick<ArmPrompt, 'tokens'>;
};

const LEAST_OUTAGE_WAIT_MS = 50;
/** Another arm may come back, or be connected, before the one whose return is known. */
const LONGEST_OUTAGE_WAIT_MS = 30_000;

/**
 * Exhausted means spent: a turn waits for money that is only reserved, and for arms that are only down.
 * @param arms every arm of the run, each with its obstacle
 * @param waitedMs what this turn has waited so far
 * @param last the failure of these arms that came last, if any
 */
export function withoutArm(
  arms: readonly HinderedArm[],
  waitedMs: number,
  { outageWaitMs, releaseWaitMs }: WaitLimits,
  last?: ShownFailure,
): WithoutArm {
  const obstacles = arms.flatMap(({ obstacle }) => obstacle ?? []);
  const isReserved = obstacles.some(({ kind }) => kind === 'reserved');
  if (isReserved && waitedMs < releaseWaitMs) return { kind: 'wait', waitMs: releaseLookMs(waitedMs) };

  const downForMs = obstacles.flatMap((obstacle) => (obstacle.kind === 'down' ? [obstacle.forMs] : []));
  if (downForMs.length > 0 && waitedMs < outageWaitMs) {
    return { kind: 'wait', waitMs: outageLookMs(Math.min(...downForMs)) };
  }

  if (isReserved || obstacles.some(({ kind }) => kind === 'spent')) return { kind: 'end', reason: 'budget_exhausted' };
  if (arms.length === 0) {
    const message = 'No connected provider offers a model that this run may use. Connect one with POST /v1/providers.';
    return { kind: 'end', reason: 'error', error: { code: 'no_provider', message } };
  }
  const whys = [...new Set(obstacles.map(({ why }) => why))].join(', ');
  const message = `No model could serve this turn (${whys}).${tooLong(arms)}`;
  if (last === undefined) return { kind: 'end', reason: 'error', error: { code: 'no_model_available', message } };
  const { provider, model, status } = last;
  const told =
    last.message === undefined ? '' : ` The last failure was that of ${model} of ${provider}: ${last.message}`;
  const error = { code: 'no_model_available', message: message + told, provider, model, status };
  return { kind: 'end', reason: 'error', error };
}

/** How far the prompt is from fitting, for the model that it misses by the least. */
function tooLong(arms: readonly HinderedArm[]): string {
  const [closest] = arms
    .flatMap(({ obstacle, prompt, spec }) =>
      obstacle?.why === 'prompt_too_long' && prompt && spec ? [{ tokens: prompt.tokens, ...spec }] : [],
    )
    .sort((a, b) => a.tokens - a.contextWindow - (b.tokens - b.contextWindow));
  if (closest === undefined) return '';
  const { tokens, model, contextWindow } = closest;
  return ` The prompt can't be made shorter than ${tokens} tokens, and ${model} takes ${contextWindow} together with an answer.`;
}

/**
 * What a session lacks that is idle for money. Only money counts: arms that are down are left out unless all are.
 * @param freeNano what can be reserved now; undefined: no cap
 * @returns what the next request needs at least; undefined when it can be paid, or when money is not what is missing
 */
export function lackedNano(
  arms: readonly Pick<Arm, 'leastCostNano' | 'obstacle'>[],
  freeNano: bigint | undefined,
): bigint | undefined {
  const down = arms.filter(({ obstacle }) => obstacle?.kind === 'down');
  const neededNano = leastCostOf(arms) ?? least(down.map(({ leastCostNano }) => leastCostNano));
  const isLacking = neededNano !== undefined && freeNano !== undefined && neededNano > freeNano;
  return isLacking ? neededNano : undefined;
}

/** When to look again for released money: in a quarter of a second at first, later in up to five seconds. */
export function releaseLookMs(waitedMs: number): number {
  return backoffMs(Math.round(Math.log2(1 + waitedMs / 250)), { initialMs: 250, maxMs: 5_000 });
}

/** One look when the first circuit closes, instead of one every few seconds. */
function outageLookMs(downForMs: number): number {
  return Math.min(Math.max(Math.ceil(downForMs), LEAST_OUTAGE_WAIT_MS), LONGEST_OUTAGE_WAIT_MS);
}
