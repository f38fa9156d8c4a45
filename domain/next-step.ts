export type EndReason =
  | 'completed'
  | 'max_turns'
  | 'budget_exhausted'
  | 'interrupted'
  | 'idle_timeout'
  | 'error'
  | 'terminated';

export type NextStep =
  | { readonly kind: 'continue' }
  /** Until a message comes. */
  | { readonly kind: 'idle' }
  | { readonly kind: 'ended'; readonly reason: EndReason };

export interface TurnSituation {
  /** Tool calls of the turn's answer, refused ones included: their results are for the model to read. */
  readonly toolCalls: number;
  /** Turns closed so far, this one included. */
  readonly turnsUsed: number;
  readonly maxTurns: number;
  /** Messages acknowledged but not yet in the transcript; read under the session row's lock (I1). */
  readonly unconsumedInbox: boolean;
  readonly onComplete: 'end' | 'idle';
  /** A provider reported more than the bound it was given (I4). */
  readonly excess: boolean;
  /** The run's cap, or the agent's for the day, is spent: no further turn can be paid. */
  readonly runExhausted: boolean;
  /** A `user.interrupt` waits. */
  readonly interrupted: boolean;
}

/**
 * What the loop does after a turn. Finished work is `completed` even when it took the last turn or the last cent: the
 * limits only decide when more work is needed. But excess ends the run as what it is, whatever its answer.
 */
export function nextStep(situation: TurnSituation): NextStep {
  if (situation.interrupted) return ended('interrupted');
  if (situation.excess) return ended('budget_exhausted');

  const moreToDo = situation.toolCalls > 0 || situation.unconsumedInbox;
  const noTurnsLeft = situation.turnsUsed >= situation.maxTurns;

  if (!moreToDo) {
    if (situation.onComplete === 'end') return ended('completed');
    // An idle session is one that may go on: not without a turn to answer with.
    if (noTurnsLeft) return ended('completed');
    return { kind: 'idle' };
  }

  if (situation.runExhausted) return ended('budget_exhausted');
  if (noTurnsLeft) return ended('max_turns');
  return { kind: 'continue' };
}

function ended(reason: EndReason): NextStep {
  return { kind: 'ended', reason };
}
