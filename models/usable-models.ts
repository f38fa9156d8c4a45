import type { OnBudget } from '../contract/fields.ts';
import type { ConnectedProvider, ModelRegistry, OfferedModel } from './model-registry.ts';

/** The models that a run may use. */
export interface UsableModels {
  /** The models that it names, or all of the tenant. */
  readonly own: readonly OfferedModel[];
  /** The other models of the tenant, which a run that downgrades may use before it ends for want of money. */
  readonly others: readonly OfferedModel[];
}

/** @param run.models what the run narrows its models to; null: nothing */
export function usableModels(
  registry: Pick<ModelRegistry, 'offeredModels'>,
  providers: readonly ConnectedProvider[],
  { models, onBudget }: { readonly models: readonly string[] | null; readonly onBudget: OnBudget },
): UsableModels {
  const own = registry.offeredModels(providers, models);
  if (onBudget !== 'downgrade' || models === null) return { own, others: [] };
  const isOwn = (spec: OfferedModel) =>
    own.some(({ provider, model }) => provider === spec.provider && model === spec.model);
  return { own, others: registry.offeredModels(providers, null).filter((spec) => !isOwn(spec)) };
}
