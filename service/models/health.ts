import type { Health } from '../../contract/provider-health.ts';
import type { Outage } from '../../db/queries/circuit.ts';
import { isOutOf } from '../../domain/model-outage.ts';
import type { OfferedModel } from '../../models/model-registry.ts';

type DialledModel = Pick<OfferedModel, 'provider' | 'model' | 'connection'>;

/** Tells whether these models, of one provider, are chosen now. @param outages those that end first come first */
export function healthOf(models: readonly DialledModel[], outages: readonly Outage[]): Health {
  const first = outages.find((outage) => models.some((model) => isOutOf(outage, model)));
  if (first === undefined) return { state: 'up' };
  return {
    state: models.every((model) => outages.some((outage) => isOutOf(outage, model))) ? 'down' : 'degraded',
    why: first.message === null ? first.type : `${first.type}: ${first.message}`,
    until: first.until.toISOString(),
  };
}
