import type { ServiceContext } from '../verb/context.ts';
import { requireOneMore } from './require-room.ts';

/** Refuses one more event stream of the tenant at this process. @throws ServiceError limit_reached */
export function requireStream(ctx: Pick<ServiceContext, 'tenantId' | 'limits' | 'meter'>): void {
  requireOneMore(ctx, 'streams', ctx.meter.held(ctx.tenantId, 'streams'));
}
