import type { Caller } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/** A suspended tenant may read what it has, and nothing else. @throws ServiceError tenant_suspended */
export function refuseSuspended({ suspended }: Pick<Caller, 'suspended'>): void {
  if (suspended) throw suspendedRefusal();
}

/** The refusal of a request of a suspended tenant, or of one that was under way when its tenant was suspended. */
export function suspendedRefusal(): ServiceError {
  const message = 'The operator of the service has suspended this tenant. It may only read.';
  return new ServiceError('tenant_suspended', message, { recovery: { action: 'Ask the operator of the service.' } });
}
