import type { EndReason } from '../contract/events.ts';
import type { OnBudget } from '../contract/fields.ts';
import type { OnComplete } from '../contract/runs.ts';

export type NextStep =
  | { readonly kind: 'continue' }
  /** The session waits for a message. */
  | { readonly kind: 'idle' }
  | Ended;

/** The session is over; the loop stops. */
export interface Ended {
  readonly kind: 'ended';
  readonly reason: EndReason;
}

export interface TurnSituation {
  /** Number of tool calls in the turn's answer. Refused calls count too: the model has yet to read their results. */
  readonly toolCalls: number;
  /** Number of turns closed so far, this one included. */
  readonly turnsUsed: number;
  readonly maxTurns: number;
  /** True when the answer was cut off because the money that was left paid for no longer one. */
  readonly cutForBudget: boolean;
  /** True when a guardrail withheld the answer, and the model has not been asked to answer otherwise. */
  readonly mayAnswerOtherwise: boolean;
  /** True when acknowledged messages are not in the transcript yet. Read under the lock of the session row (I1). */
  readonly unconsumedInbox: boolean;
  readonly onComplete: OnComplete;
  /** True when a provider reported more usage than it had been limited to (I4). */
  readonly excess: boolean;
  /** True when the cap of the run, or of the agent's day, is spent: no further turn can be paid. */
  readonly runExhausted: boolean;
  /** What the session does at the end of its money. */
  readonly onBudget: OnBudget;
  /** True when a `user.interrupt` waits. */
  readonly interrupted: boolean;
}

/**
 * Decides what the loop does after a turn. Finished work is `completed` even when it took the last turn or the last
 * cent: the limits only matter when more work is needed. Excess is different: it ends the run whatever the answer was. A
 * session that does not stop at the end of its money goes on, because all else is decided by the selection of its next turn.
 */
export function nextStep(situation: TurnSituation): NextStep {
  if (situation.interrupted) return ended('interrupted');
  if (situation.excess && situation.onBudget !== 'ask') return ended('budget_exhausted');

  const noTurnsLeft = situation.turnsUsed >= situation.maxTurns;
  const moreWork = situation.toolCalls > 0 || situation.unconsumedInbox;
  // The end of the turns or of the money keeps a withheld answer from being made again, and is not the reason of the end.
  const mayTryAgain =
    situation.mayAnswerOtherwise && !noTurnsLeft && !(situation.runExhausted && situation.onBudget === 'stop');
  const moreToDo = moreWork || mayTryAgain;

  if (!moreToDo && situation.cutForBudget) {
    if (situation.onBudget !== 'stop' && !noTurnsLeft) return { kind: 'continue' };
    // The answer to the next message may be whole, if somebody pays for it.
    const mayWait = situation.onComplete === 'idle' && !noTurnsLeft;
    return mayWait ? { kind: 'idle' } : ended('budget_exhausted');
  }
  if (!moreToDo) {
    if (situation.onComplete === 'end') return ended('completed');
    // Idle promises that the session can answer a further message, and without turns left it could not.
    if (noTurnsLeft) return ended('completed');
    return { kind: 'idle' };
  }

  if (situation.runExhausted && situation.onBudget === 'stop') return ended('budget_exhausted');
  if (noTurnsLeft) return ended('max_turns');
  return { kind: 'continue' };
}

function ended(reason: EndReason): NextStep {
  return { kind: 'ended', reason };
}
