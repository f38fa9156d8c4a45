import type { ModelFailureType } from './model-call.ts';
import type { ProviderReport } from './provider-report.ts';

/** Words for a model, in a refusal that concerns one. */
const NAMES_A_MODEL = /\b(?:models?|deployments?|engines?)\b|PerModel/i;
/** A key that may not do this, but may do less: a cheaper model, or a shorter answer. */
const ASKS_FOR_LESS = /fewer max_tokens|can only afford/i;

/**
 * True when a refusal is about the key or the money of the account, so that every model that is dialled with the key would be
 * refused. A 401 always is: it says that the key is not accepted, whatever it names. A refusal that names a model is about that
 * model: the key may not use this one.
 */
export function concernsAccount(
  type: ModelFailureType,
  { status, report, model }: { status: number | undefined; report: ProviderReport; model: string },
): boolean {
  const words = `${report.names} ${report.words}`;
  const namesModel = NAMES_A_MODEL.test(words) || words.toLowerCase().includes(model.toLowerCase());
  switch (type) {
    case 'model.unauthorized':
      return status === 401 || !namesModel;
    case 'model.quota_exhausted':
      return !namesModel && !ASKS_FOR_LESS.test(words);
    default:
      return false;
  }
}
