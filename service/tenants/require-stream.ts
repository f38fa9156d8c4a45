import type { ServiceContext } from '../verb/context.ts';
import { refuseSuspended } from './refuse-suspended.ts';
import { requireOneMore } from './require-room.ts';

/** Refuses one more event stream of the tenant at this process. @throws ServiceError limit_reached, tenant_suspended */
export function requireStream(ctx: Pick<ServiceContext, 'tenantId' | 'limits' | 'meter' | 'suspended'>): void {
  refuseSuspended(ctx);
  requireOneMore(ctx, 'streams', ctx.meter.held(ctx.tenantId, 'streams'));
}
