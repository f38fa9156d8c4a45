import type { ServiceContext } from './context.ts';
import { ServiceError } from './service-error.ts';

/**
 * Refuses to store or dial an address that the service may not connect to.
 * @param param the field that names it
 * @throws ServiceError address_not_allowed
 */
export async function requireAddress(
  ctx: Pick<ServiceContext, 'checkAddress'>,
  param: string,
  url: string | null | undefined,
): Promise<void> {
  if (url === null || url === undefined) return;
  const denied = await ctx.checkAddress(url);
  if (denied === undefined) return;
  throw new ServiceError('address_not_allowed', `"${param}": ${denied.message}.`, {
    param,
    recovery: { action: 'Use a public address, or have the operator list this one in AGENT_RUNS_EGRESS_ALLOW.' },
  });
}
