import type { Tx } from '../db/database.ts';
import { inOneMessage } from '../db/one-message.ts';
import type { NewEvent } from '../db/queries/event.ts';
import { openAttempts } from '../db/queries/model-attempt.ts';
import type { SessionRow } from '../db/queries/session.ts';
import { dropDeltas } from '../db/queries/text-delta.ts';
import { closeUnfinishedToolCalls } from '../db/queries/tool-call.ts';
import { debitOf, outcomeOfAbandoned } from '../domain/attempt-outcome.ts';
import { closeAttempt } from './attempt-ledger.ts';
import { auditUnfinishedCalls } from './call-audit.ts';
import { reportUnfinishedCalls } from './tool-call-lines.ts';
import { unfinishedCallEvents, unfinishedWords } from './unfinished-calls.ts';

/** The work that something stopped. */
export interface ClosedWork {
  /** What attempts cost that were under way: they count at their reservation. */
  readonly costNano: bigint;
  /** The results of calls that had none. */
  readonly events: readonly NewEvent[];
}

/**
 * Closes what a session, whose row this transaction has locked, has under way: reserved money is released or charged, and every
 * tool call gets a result (I5, I6). The caller appends the events.
 * @param stopped.why a clause: "the session ended (error)"
 */
export async function closeOpenWork(
  tx: Tx,
  session: SessionRow,
  stopped: { readonly why: string; readonly failedType: string },
): Promise<ClosedWork> {
  const { attempts, unfinished } = await inOneMessage({
    attempts: openAttempts(tx, session.id),
    unfinished: closeUnfinishedToolCalls(tx, session.id, unfinishedWords(stopped.why)),
  });
  let costNano = 0n;
  for (const attempt of attempts) {
    const outcome = outcomeOfAbandoned(attempt.state, stopped.failedType);
    costNano += debitOf(attempt.reservedNano, outcome).costNano;
    closeAttempt(tx, session, attempt, outcome);
  }
  dropDeltas(tx, session);
  reportUnfinishedCalls(tx, session, unfinished);
  auditUnfinishedCalls(tx, session, unfinished);
  return { costNano, events: unfinishedCallEvents(unfinished) };
}
