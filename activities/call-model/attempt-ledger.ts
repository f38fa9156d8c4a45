import type { Tx } from '../../db/database.ts';
import { closeReservation, runAccount } from '../../db/queries/ledger.ts';
import { type ModelAttempt, markClosed } from '../../db/queries/model-attempt.ts';
import type { ModelUsage } from '../../domain/model-usage.ts';

/** How a request to a model came out, as far as money goes. */
export type AttemptOutcome =
  | { readonly kind: 'reported'; readonly costNano: bigint; readonly usage: ModelUsage; readonly failedType?: string }
  /** Certainly not charged. */
  | { readonly kind: 'released'; readonly failedType: string }
  /** May have been charged, nobody said how much: counts at its reservation (I3). */
  | { readonly kind: 'unknown'; readonly failedType: string };

/** What closing an attempt debits the run, in nano-dollars, and whether the provider reported more than its bound (I4). */
export function debitOf(attempt: ModelAttempt, outcome: AttemptOutcome): { costNano: bigint; excess: boolean } {
  const { chargedNano, excessNano } = amountOf(attempt.reservedNano, outcome);
  return { costNano: chargedNano + excessNano, excess: excessNano > 0n };
}

/** Closes an open attempt and its reservation in both accounts. */
export function closeAttempt(tx: Tx, sessionId: string, attempt: ModelAttempt, outcome: AttemptOutcome): void {
  const amount = amountOf(attempt.reservedNano, outcome);
  markClosed(tx, sessionId, attempt, {
    state: outcome.kind === 'reported' ? 'settled' : outcome.kind,
    ...amount,
    ...(outcome.kind === 'reported' ? { usage: outcome.usage } : {}),
    ...(outcome.failedType === undefined ? {} : { failedType: outcome.failedType }),
  });
  closeReservation(tx, runAccount(sessionId), attempt.dayAccount, {
    reservedNano: attempt.reservedNano,
    ...amount,
  });
}

/** The answer of an attempt that was counted at its reservation came after all: the ledger takes what was reported (I3). */
export function correctUnknownAttempt(
  tx: Tx,
  sessionId: string,
  attempt: ModelAttempt,
  reported: { costNano: bigint; usage: ModelUsage },
): void {
  const amount = amountOf(attempt.reservedNano, { kind: 'reported', ...reported });
  markClosed(tx, sessionId, attempt, { state: 'settled', ...amount, usage: reported.usage });
  closeReservation(tx, runAccount(sessionId), attempt.dayAccount, {
    reservedNano: 0n,
    chargedNano: amount.chargedNano - attempt.chargedNano,
    excessNano: amount.excessNano,
  });
}

function amountOf(reservedNano: bigint, outcome: AttemptOutcome): { chargedNano: bigint; excessNano: bigint } {
  switch (outcome.kind) {
    case 'released':
      return { chargedNano: 0n, excessNano: 0n };
    case 'unknown':
      return { chargedNano: reservedNano, excessNano: 0n };
    case 'reported': {
      const chargedNano = outcome.costNano < reservedNano ? outcome.costNano : reservedNano;
      return { chargedNano, excessNano: outcome.costNano - chargedNano };
    }
  }
}
