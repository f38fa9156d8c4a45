import type { ModelUsage } from './model-usage.ts';
import { costNanoUsd, type ModelRates, worstCaseNanoUsd } from './prices.ts';

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
  /** It was charged, and nobody said how much. It counts at the most that what was sent and received can cost (I3). */
  | { readonly kind: 'estimated'; readonly mostNano: bigint; readonly usage: ModelUsage; readonly failedType: string }
  /** It may have been charged, and nobody said how much: it counts at its reservation (I3). */
  | { readonly kind: 'unknown'; readonly usage?: ModelUsage | undefined; readonly failedType: string };

/** What we count of a request ourselves. */
export interface OwnCount {
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** The most that can have been charged. Undefined: the response did not come whole. */
  readonly most?: { readonly requestBytes: number; readonly outputTokens: number } | undefined;
}

export function outcomeOfAnswer(
  rates: ModelRates,
  usage: ModelUsage | undefined,
  own: Required<OwnCount>,
): Extract<AttemptOutcome, { kind: 'reported' | 'estimated' }> {
  if (usage !== undefined) return { kind: 'reported', costNano: costNanoUsd(rates, usage), usage };
  return estimated(rates, own, own.most, NO_USAGE);
}

/** What the ledger notes of an answer whose provider reported no usage. It is no failure. */
const NO_USAGE = 'model.no_usage';

/** The type of the failure with which a request ended. Undefined: it was answered. */
export function failureOf({ failedType }: AttemptOutcome): string | undefined {
  return failedType === NO_USAGE ? undefined : failedType;
}

export function outcomeOfFailure(
  rates: ModelRates,
  failure: { readonly type: string; readonly mayHaveCharged: boolean; readonly usage?: ModelUsage | undefined },
  own: OwnCount,
): AttemptOutcome {
  const { type: failedType, usage } = failure;
  if (!failure.mayHaveCharged) return { kind: 'released', failedType };
  if (usage !== undefined) return { kind: 'reported', costNano: costNanoUsd(rates, usage), usage, failedType };
  if (own.most !== undefined) return estimated(rates, own, own.most, failedType);
  return { kind: 'unknown', usage: usageOf(own), failedType };
}

function estimated(rates: ModelRates, own: OwnCount, most: NonNullable<OwnCount['most']>, failedType: string) {
  const mostNano = worstCaseNanoUsd(rates, most.requestBytes + rates.hiddenInputTokens, most.outputTokens);
  return { kind: 'estimated', mostNano, usage: usageOf(own), failedType } as const;
}

function usageOf({ inputTokens, outputTokens }: OwnCount): ModelUsage {
  return { inputTokens, cacheReadTokens: 0, cacheWriteTokens: 0, outputTokens, reasoningTokens: 0, estimated: true };
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
    case 'estimated': {
      const costNano = outcome.mostNano < reservedNano ? outcome.mostNano : reservedNano;
      return { chargedNano: costNano, excessNano: 0n, costNano };
    }
    case 'reported': {
      const { costNano } = outcome;
      const chargedNano = costNano < reservedNano ? costNano : reservedNano;
      return { chargedNano, excessNano: costNano - chargedNano, costNano };
    }
  }
}
