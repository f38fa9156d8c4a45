import { affordableOutputTokens, type ModelRates, withoutCacheWrites, worstCaseNanoUsd } from './prices.ts';

/** What can be asked of a model for the money that is left. */
export interface RequestOffer {
  /** How long the answer may be. Undefined: the money does not pay for the shortest answer that is of use. */
  readonly outputTokens: number | undefined;
  /** True when the request must ask for no prompt cache, because the money pays for what it reads and not for writing it. */
  readonly withoutCache: boolean;
  /** The amount to reserve for the answer, or for the shortest one that is of use. */
  readonly worstCaseNano: bigint;
  /** What the request needs with the shortest answer that is of use. */
  readonly leastCostNano: bigint;
  /** What it needs with the longest answer that is wanted. */
  readonly wholeCostNano: bigint;
}

/** An answer that is cut shorter than this is of no use. */
export const LEAST_OUTPUT_TOKENS = 256;

/**
 * The longest answer that the money allows. A model that writes into a prompt cache on request is asked to as long as the
 * bound of such a request fits: later requests then cost a tenth. After that, one more fits without.
 * @param request.least the length below which an answer is of no use; at most `wanted`
 * @param request.availableNano undefined: no cap
 */
export function requestOffer(
  model: { readonly rates: ModelRates; readonly cachesOnRequest: boolean },
  request: {
    readonly mostInputTokens: number;
    readonly wanted: number;
    readonly least: number;
    readonly availableNano: bigint | undefined;
  },
): RequestOffer {
  const { mostInputTokens, wanted, least, availableNano } = request;
  const cheapest = model.cachesOnRequest ? withoutCacheWrites(model.rates) : model.rates;
  const within = (rates: ModelRates) =>
    availableNano === undefined
      ? wanted
      : affordableOutputTokens(rates, { mostInputTokens, availableNano, wanted, floor: least });

  const usual = within(model.rates);
  const outputTokens = usual ?? within(cheapest);
  const withoutCache = usual === undefined && outputTokens !== undefined;
  const rates = withoutCache ? cheapest : model.rates;
  return {
    outputTokens,
    withoutCache,
    worstCaseNano: worstCaseNanoUsd(rates, mostInputTokens, outputTokens ?? least),
    leastCostNano: worstCaseNanoUsd(cheapest, mostInputTokens, least),
    wholeCostNano: worstCaseNanoUsd(cheapest, mostInputTokens, wanted),
  };
}
