import type { Tx } from '../../db/database.ts';
import { storeInputReport } from '../../db/queries/input-report.ts';
import { closeReservation, runAccount } from '../../db/queries/ledger.ts';
import { type ModelAttempt, markClosed, SUMMARY_SELECTION } from '../../db/queries/model-attempt.ts';
import { type AttemptOutcome, debitOf } from '../../domain/attempt-outcome.ts';

const STATES = { reported: 'settled', estimated: 'unknown', unknown: 'unknown', released: 'released' } as const;

/**
 * Closes an open attempt and its reservation in both accounts.
 * @param sent.whole false when the request showed fewer images than its selection says: what the model reported then bounds no
 *   later request
 */
export function closeAttempt(
  tx: Tx,
  sessionId: string,
  attempt: ModelAttempt,
  outcome: AttemptOutcome,
  sent: { readonly whole: boolean } = { whole: true },
): void {
  const { reservedNano } = attempt;
  const { chargedNano, excessNano } = debitOf(reservedNano, outcome);
  markClosed(tx, sessionId, attempt, {
    state: STATES[outcome.kind],
    chargedNano,
    excessNano,
    usage: outcome.kind === 'released' ? undefined : outcome.usage,
    failedType: outcome.failedType,
  });
  // A request for a summary is no prompt that later ones extend, so its report bounds none of them.
  const bounds = attempt.selection !== SUMMARY_SELECTION && sent.whole;
  if (bounds && outcome.kind === 'reported') storeInputReport(tx, sessionId, attempt, outcome.usage.inputTokens);
  closeReservation(tx, runAccount(sessionId), attempt.dayAccount, { reservedNano, chargedNano, excessNano });
}

/**
 * An attempt that was given up came out after all. If it is charged at its reservation, the ledger takes what is known by now
 * instead: what was reported, a closer upper bound, or that nothing was charged (I3). A second run changes nothing.
 */
export function correctUnknownAttempt(tx: Tx, sessionId: string, attempt: ModelAttempt, outcome: AttemptOutcome): void {
  if (attempt.state !== 'unknown' || outcome.kind === 'unknown') return;
  const { chargedNano, excessNano } = debitOf(attempt.reservedNano, outcome);
  markClosed(tx, sessionId, attempt, {
    state: STATES[outcome.kind],
    chargedNano,
    excessNano,
    usage: outcome.kind === 'released' ? undefined : outcome.usage,
    failedType: outcome.failedType,
  });
  closeReservation(tx, runAccount(sessionId), attempt.dayAccount, {
    reservedNano: 0n,
    chargedNano: chargedNano - attempt.chargedNano,
    excessNano: excessNano - attempt.excessNano,
  });
}
