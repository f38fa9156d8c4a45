import type { ToolVerdict } from '../contract/events.ts';
import type { StoredAnswer } from './turn-record.ts';

/** An answer that a model gave to its end. */
export interface RatedAnswer {
  readonly hasText: boolean;
  /** An output guardrail blocked it. */
  readonly withheld: boolean;
  /** Why the model stopped, where it was not simply done. */
  readonly stoppedBy: StoredAnswer['stoppedBy'] | null;
  /** The money that was left paid for no longer answer, which is not the model's fault. */
  readonly cutForBudget: boolean;
}

/** A tool call of the answer. It has a result by now. */
export interface RatedCall {
  readonly verdict: ToolVerdict;
  readonly reasonCode: string | null;
  readonly isError: boolean | null;
}

/** An invalid call is the model's own fault. A failed call is often the tool's fault, so it weighs less. */
const INVALID_CALL_WEIGHT = 0.7;
const FAILED_CALL_WEIGHT = 0.25;
/** What an answer is worth that ended like this: half of one, none, or one that ends the work without a word. */
const SHARES: Readonly<Record<NonNullable<RatedAnswer['stoppedBy']>, number>> = {
  length: 0.5,
  'content-filter': 0,
  refusal: 0,
  empty: 0.5,
};

/** Refusals that the model could have avoided. Calls that policy refuses, or leaves to a person, are not its fault. */
const INVALID: ReadonlySet<string | null> = new Set(['tool.unknown', 'tool.invalid_arguments']);

/** The reason codes of calls that had no result yet at an interrupt or at the end of a session. */
const TAKEN_BACK: ReadonlySet<string | null> = new Set(['tool.not_finished', 'tool.cancelled']);

/** The reward of a turn's own stage, in [0, 1]: 0 without a usable answer, 1 for a flawless one. */
export function turnReward(answer: RatedAnswer, calls: readonly RatedCall[]): number {
  const answered = answer.hasText || calls.length > 0 || answer.stoppedBy === 'empty';
  if (!answered || answer.withheld) return 0;
  const isDone = answer.stoppedBy === null || answer.stoppedBy === undefined || answer.cutForBudget;
  const whole = isDone ? 1 : SHARES[answer.stoppedBy];
  if (calls.length === 0) return whole;
  const invalid = calls.filter((call) => INVALID.has(call.reasonCode)).length / calls.length;
  const failed = calls.filter(isFailed).length / calls.length;
  return whole * (1 - INVALID_CALL_WEIGHT * invalid - FAILED_CALL_WEIGHT * failed);
}

/** True for a call that was run to its end and whose result is an error. */
function isFailed({ verdict, isError, reasonCode }: RatedCall): boolean {
  return verdict === 'allow' && isError === true && !TAKEN_BACK.has(reasonCode);
}
