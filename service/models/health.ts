import type { Health } from '../../contract/provider-health.ts';
import type { Outage } from '../../db/queries/circuit.ts';
import { isOutOf } from '../../domain/model-outage.ts';
import type { OfferedModel } from '../../models/model-registry.ts';

type DialledModel = Pick<OfferedModel, 'provider' | 'model' | 'connection'>;

/** Tells whether these models, of one provider, are chosen now. @param outages those that end first come first */
export function healthOf(models: readonly DialledModel[], outages: readonly Outage[]): Health {
  const own = outages.filter((outage) => models.some((model) => isOutOf(outage, model)));
  const [first] = own;
  if (first === undefined) return { state: 'up' };
  return {
    state: own.length < models.length ? 'degraded' : 'down',
    why: first.message === null ? first.type : `${first.type}: ${first.message}`,
    until: first.until.toISOString(),
  };
}
