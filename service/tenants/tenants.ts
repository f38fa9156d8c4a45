import type { z } from 'zod';
import type { Recovery } from '../../contract/error.ts';
import { type createdTenantSchema, createTenantSchema } from '../../contract/keys.ts';
import type { Tx } from '../../db/database.ts';
import { insertApiKey } from '../../db/queries/api-key.ts';
import { firstTenant, insertTenant } from '../../db/queries/tenant.ts';
import { newId } from '../../processes/ids.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { createApiKey } from './api-key.ts';
import { apiKeyResource } from './api-keys.ts';

/** Makes a tenant with its first key. Only admins of the first tenant may. @throws ServiceError missing_scope */
export const createTenant: Verb<{ body: unknown }, z.infer<typeof createdTenantSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { name } = parseInput(createTenantSchema, input.body);
  const fresh = createApiKey();
  return ctx.db.serviceTransaction(async (tx) => {
    await requireFirstTenant(tx, ctx);
    const id = newId('ten', ctx.nowMs());
    await insertTenant(tx, { id, name });
    const key = await insertApiKey(tx, {
      id: newId('key', ctx.nowMs()),
      tenantId: id,
      name: 'first admin key',
      sha256: fresh.sha256,
      shownPrefix: fresh.shownPrefix,
      scopes: ['admin', 'run', 'read'],
      expiresAt: null,
    });
    return { id, name, api_key: { ...apiKeyResource(key), key: fresh.key } };
  });
};

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
