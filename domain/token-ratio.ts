import { isNamedBy } from './model-name.ts';

/** The number of input tokens that a model reported for one of our own count. */
export interface TokenRatio {
  readonly provider: string;
  readonly model: string;
  readonly ratio: number;
}

/**
 * The number of tokens that the models of a run count for one of ours: the most of any of them, since the context is assembled
 * before one is chosen, and it must not change with the choice. A model that never reported counts like us.
 * @param filter the models that the run may use; null: all
 */
export function tokenRatioOf(ratios: readonly TokenRatio[], filter: readonly string[] | null): number {
  const usable = ratios.filter((model) => filter === null || filter.some((entry) => isNamedBy(entry, model)));
  return usable.length === 0 ? 1 : Math.max(...usable.map(({ ratio }) => ratio));
}
