import type { z } from 'zod';
import { type Page, pageQuerySchema } from '../../contract/fields.ts';
import {
  type createdTenantSchema,
  createTenantSchema,
  patchTenantSchema,
  type SuspendedSessions,
  suspendTenantSchema,
  type TenantResource,
  type tenantWithUseSchema,
} from '../../contract/tenants.ts';
import type { Tx } from '../../db/database.ts';
import { insertApiKey } from '../../db/queries/api-key.ts';
import {
  insertTenant,
  renameTenant,
  setSuspension,
  setWeight,
  type TenantFigures,
  tenantFigures,
} from '../../db/queries/tenant.ts';
import { setLimit } from '../../db/queries/tenant-limit.ts';
import { isLimitName, type LimitName, limitNames } from '../../domain/tenant-limits.ts';
import { newId } from '../../processes/ids.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { decodeIdCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { createApiKey } from './api-key.ts';
import { apiKeyResource } from './api-keys.ts';
import { asOperator, requireFirstTenant } from './as-operator.ts';
import { limitsOfTenant } from './limits.ts';

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

interface TenantRef {
  readonly id: string;
}

/** Lists tenants, newest first, with what each costs now. @throws ServiceError missing_scope, invalid_cursor */
export const listTenants: Verb<{ query: unknown }, Page<TenantResource>> = async ({ ctx, input }) => {
  const { limit, cursor } = parseInput(pageQuerySchema, input.query);
  const afterId = decodeIdCursor('ten', cursor);
  const rows = await asOperator(ctx, (tx) => tenantFigures(tx, { id: null, afterId, limit: limit + 1 }));
  return pageOf(rows, limit, tenantResource, (row) => row.id);
};

/** Shows what a tenant costs and uses. @throws ServiceError missing_scope, tenant_not_found */
export const getTenant: Verb<TenantRef, z.infer<typeof tenantWithUseSchema>> = async ({ ctx, input }) => {
  const tenant = await asOperator(ctx, (tx) => findTenant(tx, input.id));
  // Numbers, and no row of the tenant, are what leaves this transaction.
  const use = await ctx.db.transaction(tenant.id, limitsOfTenant);
  return { ...tenantResource(tenant), use };
};

/**
 * Changes the name, the weight and the limits of a tenant. New limits hold from the next request on; what is beyond them stays.
 * Each process follows a new weight within seconds; the notification only makes it look at once.
 * @throws ServiceError missing_scope, tenant_not_found, unknown_field
 */
export const patchTenant: Verb<TenantRef & { body: unknown }, TenantResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { name, weight, limits = {} } = parseInput(patchTenantSchema, input.body);
  const changes = Object.entries(limits).map(([limit, value]) => [limitOfBody(limit), value] as const);
  const audited = { action: 'tenant.patch', target: input.id, detail: { name, weight, limits } };
  const resource = await asOperator(
    ctx,
    async (tx) => {
      await findTenant(tx, input.id);
      if (name !== undefined) renameTenant(tx, input.id, name);
      if (weight !== undefined) setWeight(tx, input.id, weight);
      for (const [limit, value] of changes) setLimit(tx, input.id, limit, value);
      return tenantResource(await findTenant(tx, input.id));
    },
    audited,
  );
  if (weight !== undefined) ctx.afterCommit(() => ctx.notifier.accessChanged(input.id));
  return resource;
};

/**
 * Suspends a tenant: it may read, and nothing else. Its sessions are paused or terminated. The row decides that for all
 * processes, and the notification only makes them look at once.
 * @throws ServiceError missing_scope, tenant_not_found, tenant_is_operator
 */
export const suspendTenant: Verb<TenantRef & { body: unknown }, TenantResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { sessions } = parseInput(suspendTenantSchema, input.body);
  return changeSuspension(ctx, input.id, sessions);
};

/** Lets a suspended tenant go on, with its paused sessions. @throws ServiceError missing_scope, tenant_not_found */
export const resumeTenant: Verb<TenantRef, TenantResource> = ({ ctx, input }) => changeSuspension(ctx, input.id, null);

async function changeSuspension(
  ctx: ServiceContext,
  id: string,
  sessions: SuspendedSessions | null,
): Promise<TenantResource> {
  const action = sessions === null ? 'tenant.resume' : 'tenant.suspend';
  const resource = await asOperator(
    ctx,
    async (tx) => {
      await findTenant(tx, id);
      if (sessions !== null && id === ctx.tenantId) {
        throw new ServiceError('tenant_is_operator', 'The first tenant runs the service and cannot be suspended.');
      }
      setSuspension(tx, id, sessions);
      return tenantResource(await findTenant(tx, id));
    },
    { action, target: id, detail: sessions === null ? {} : { sessions } },
  );
  ctx.afterCommit(() => ctx.notifier.accessChanged(id));
  return resource;
}

function limitOfBody(name: string): LimitName {
  if (isLimitName(name)) return name;
  const message = `There is no limit "${name}". Limits are ${limitNames.join(', ')}.`;
  throw new ServiceError('unknown_field', message, { param: `limits.${name}` });
}

/** @throws ServiceError tenant_not_found */
async function findTenant(tx: Tx, id: string): Promise<TenantFigures> {
  const [tenant] = await tenantFigures(tx, { id, afterId: null, limit: 1 });
  if (tenant === undefined) throw new ServiceError('tenant_not_found', `No tenant "${id}".`);
  return tenant;
}

function tenantResource(tenant: TenantFigures): TenantResource {
  return {
    id: tenant.id,
    name: tenant.name,
    created_at: tenant.createdAt.toISOString(),
    status: tenant.suspendedAt === null ? 'active' : 'suspended',
    suspended_at: tenant.suspendedAt?.toISOString() ?? null,
    suspended_sessions: tenant.suspendedSessions,
    weight: tenant.weight,
    sessions: { running: tenant.running, idle: tenant.idle },
    last_minute: { ...tenant.added },
    held: { ...tenant.held },
    limits: { ...tenant.limits },
  };
}
