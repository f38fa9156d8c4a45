import type { EndReason } from '../contract/events.ts';
import type { OnComplete } from '../contract/runs.ts';

export type NextStep =
  | { readonly kind: 'continue' }
  /** The session waits for a message. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'ended'; readonly reason: EndReason };

export interface TurnSituation {
  /** Number of tool calls in the turn's answer. Refused calls count too: the model has yet to read their results. */
  readonly toolCalls: number;
  /** Number of turns closed so far, this one included. */
  readonly turnsUsed: number;
  readonly maxTurns: number;
  /** True when acknowledged messages are not in the transcript yet. Read under the lock of the session row (I1). */
  readonly unconsumedInbox: boolean;
  readonly onComplete: OnComplete;
  /** True when a provider reported more usage than it had been limited to (I4). */
  readonly excess: boolean;
  /** True when the cap of the run, or of the agent's day, is spent: no further turn can be paid. */
  readonly runExhausted: boolean;
  /** True when the session asks for money where another one ends for want of it. */
  readonly asksForMoney: boolean;
  /** True when a `user.interrupt` waits. */
  readonly interrupted: boolean;
}

/**
 * Decides what the loop does after a turn. Finished work is `completed` even when it took the last turn or the last
 * cent: the limits only matter when more work is needed. Excess is different: it ends the run whatever the answer was. A
 * session that asks for money goes on after all that, because the selection of its next turn asks.
 */
export function nextStep(situation: TurnSituation): NextStep {
  if (situation.interrupted) return ended('interrupted');
  if (situation.excess && !situation.asksForMoney) return ended('budget_exhausted');

  const moreToDo = situation.toolCalls > 0 || situation.unconsumedInbox;
  const noTurnsLeft = situation.turnsUsed >= situation.maxTurns;

  if (!moreToDo) {
    if (situation.onComplete === 'end') return ended('completed');
    // Idle promises that the session can answer a further message, and without turns left it could not.
    if (noTurnsLeft) return ended('completed');
    return { kind: 'idle' };
  }

  if (situation.runExhausted && !situation.asksForMoney) return ended('budget_exhausted');
  if (noTurnsLeft) return ended('max_turns');
  return { kind: 'continue' };
}

function ended(reason: EndReason): NextStep {
  return { kind: 'ended', reason };
}
