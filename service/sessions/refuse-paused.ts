import type { Tx } from '../../db/database.ts';
import { isTenantPaused } from '../../db/queries/pause-order.ts';
import { ServiceError } from '../verb/service-error.ts';

/** Refuses to have some sessions go on while all are paused. @throws ServiceError tenant_paused */
export async function refusePausedTenant(tx: Tx): Promise<void> {
  if (!(await isTenantPaused(tx))) return;
  throw new ServiceError('tenant_paused', 'All sessions of the tenant are paused.', {
    recovery: { action: 'Resume them with POST /v1/sessions/resume.' },
  });
}
