import type { ModelUsage } from './model-usage.ts';
import { costNanoUsd, type ModelRates } from './prices.ts';

/** How a request to a model came out, as far as money is concerned. */
export type AttemptOutcome =
  | {
      readonly kind: 'reported';
      readonly costNano: bigint;
      readonly usage: ModelUsage;
      readonly failedType?: string | undefined;
    }
  /** It was certainly not charged. */
  | { readonly kind: 'released'; readonly failedType: string }
  /** It may have been charged, and nobody said how much: it counts at its reservation (I3). */
  | { readonly kind: 'unknown'; readonly failedType: string };

export function outcomeOfAnswer(rates: ModelRates, usage: ModelUsage | undefined): AttemptOutcome {
  if (usage === undefined) return { kind: 'unknown', failedType: 'model.no_usage' };
  return { kind: 'reported', costNano: costNanoUsd(rates, usage), usage };
}

export function outcomeOfFailure(
  rates: ModelRates,
  failure: { readonly type: string; readonly mayHaveCharged: boolean; readonly usage?: ModelUsage | undefined },
): AttemptOutcome {
  const { type: failedType, usage } = failure;
  if (!failure.mayHaveCharged) return { kind: 'released', failedType };
  if (usage === undefined) return { kind: 'unknown', failedType };
  return { kind: 'reported', costNano: costNanoUsd(rates, usage), usage, failedType };
}

/** An open attempt that nobody waits for any more. Only a dispatched request can have been charged. */
export function outcomeOfAbandoned(state: string, failedType: string): AttemptOutcome {
  return { kind: state === 'dispatched' ? 'unknown' : 'released', failedType };
}

/** What closing an attempt takes from its accounts, in nano-dollars. */
export interface Debit {
  /** At most what was reserved. */
  readonly chargedNano: bigint;
  /** What the provider reported above the bound that it was given. No cap can hold it (I4). */
  readonly excessNano: bigint;
  /** Both together: what the attempt cost. */
  readonly costNano: bigint;
}

export function debitOf(reservedNano: bigint, outcome: AttemptOutcome): Debit {
  switch (outcome.kind) {
    case 'released':
      return { chargedNano: 0n, excessNano: 0n, costNano: 0n };
    case 'unknown':
      return { chargedNano: reservedNano, excessNano: 0n, costNano: reservedNano };
    case 'reported': {
      const { costNano } = outcome;
      const chargedNano = costNano < reservedNano ? costNano : reservedNano;
      return { chargedNano, excessNano: costNano - chargedNano, costNano };
    }
  }
}
