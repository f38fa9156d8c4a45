import type { Caller } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/** A suspended tenant may read what it has, and nothing else. @throws ServiceError tenant_suspended */
export function refuseSuspended({ suspended }: Pick<Caller, 'suspended'>): void {
  if (!suspended) return;
  throw new ServiceError(
    'tenant_suspended',
    'The operator of the service has suspended this tenant. It may only read.',
    {
      recovery: { action: 'Ask the operator of the service.' },
    },
  );
}
