export interface TurnOutcome {
  /** The model gave an answer that could be stored. */
  readonly answered: boolean;
  readonly toolCalls: number;
  /** Calls of unknown tools or with arguments that are not valid against the tool's schema. */
  readonly invalidToolCalls: number;
  /** Valid calls whose result was an error. */
  readonly failedToolCalls: number;
  /** An output guardrail blocked the answer. */
  readonly blocked: boolean;
  /** The model stopped before it was done: at `max_tokens`, or by a filter of its provider. */
  readonly stopped: boolean;
}

/** An invalid call is the model's own fault; a failed one is often the tool's, so it weighs less. */
const INVALID_CALL_WEIGHT = 0.7;
const FAILED_CALL_WEIGHT = 0.25;
/** Half an answer. */
const STOPPED_SHARE = 0.5;

/** Reward of a turn's own stage, in [0, 1]: 0 without a usable answer, 1 for a clean one. */
export function turnReward(outcome: TurnOutcome): number {
  if (!outcome.answered || outcome.blocked) return 0;
  const whole = outcome.stopped ? STOPPED_SHARE : 1;
  if (outcome.toolCalls <= 0) return whole;
  const invalid = Math.min(Math.max(outcome.invalidToolCalls, 0) / outcome.toolCalls, 1);
  const failed = Math.min(Math.max(outcome.failedToolCalls, 0) / outcome.toolCalls, 1 - invalid);
  return whole * (1 - INVALID_CALL_WEIGHT * invalid - FAILED_CALL_WEIGHT * failed);
}
