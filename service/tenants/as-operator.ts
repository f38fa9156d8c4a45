import type { Recovery } from '../../contract/error.ts';
import type { Tx } from '../../db/database.ts';
import { joinDatabase } from '../../db/joined-database.ts';
import { firstTenant } from '../../db/queries/tenant.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/**
 * Runs what concerns all tenants, for an admin of the first tenant, in one transaction with its entry in the audit of that
 * tenant.
 * @param audited the entry. Absent: nothing is changed
 * @throws ServiceError missing_scope
 */
export async function asOperator<T>(
  ctx: ServiceContext,
  work: (tx: Tx) => Promise<T>,
  audited?: { readonly action: string; readonly target: string; readonly detail: Record<string, unknown> },
): Promise<T> {
  requireScope(ctx, 'admin');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const joined = joinDatabase(ctx.db, tx);
    try {
      const result = await joined.serviceTransaction(async (wide) => {
        await requireFirstTenant(wide, ctx);
        return work(wide);
      });
      if (audited !== undefined) await audit(tx, ctx, audited.action, audited.target, audited.detail);
      return result;
    } finally {
      joined.leave();
    }
  });
}

/**
 * The first tenant runs the service, so only its admins may do what concerns all tenants.
 * @throws ServiceError missing_scope
 */
export async function requireFirstTenant(
  tx: Tx,
  ctx: Pick<ServiceContext, 'tenantId'>,
  refusal: { readonly param?: string; readonly recovery?: Recovery } = {},
): Promise<void> {
  if ((await firstTenant(tx))?.id === ctx.tenantId) return;
  throw new ServiceError('missing_scope', 'Only admins of the first tenant may do this.', refusal);
}
