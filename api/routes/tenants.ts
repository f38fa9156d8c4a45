import { pageQuerySchema, pageSchema } from '../../contract/fields.ts';
import { apiKeySchema } from '../../contract/keys.ts';
import { limitsSchema } from '../../contract/limits.ts';
import {
  createdTenantSchema,
  createTenantSchema,
  patchTenantSchema,
  suspendTenantSchema,
  tenantSchema,
  tenantWithUseSchema,
} from '../../contract/tenants.ts';
import { readLimits } from '../../service/tenants/limits.ts';
import {
  createTenant,
  getTenant,
  listTenants,
  patchTenant,
  resumeTenant,
  suspendTenant,
} from '../../service/tenants/tenants.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Tenants';

/** Makes the routes that show a tenant its limits, and those by which the operator governs tenants. */
export function tenantRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/limits',
      operationId: 'limits.get',
      tag,
      scope: 'read',
      summary: 'Show the limits of the tenant and how much of each is in use',
      responses: { 200: { description: 'All limits.', schema: limitsSchema } },
      handle: async ({ ctx }) => json(await readLimits({ ctx })),
    }),
    route({
      method: 'get',
      path: '/v1/tenants',
      operationId: 'tenants.list',
      tag,
      scope: 'admin',
      operatorOnly: true,
      summary: 'List tenants, newest first, with what each costs now',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of tenants.', schema: pageSchema(tenantSchema) } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listTenants({ ctx, input: { query } })),
    }),
    route({
      method: 'post',
      path: '/v1/tenants',
      operationId: 'tenants.create',
      tag,
      scope: 'admin',
      operatorOnly: true,
      summary: 'Make a tenant with its first key',
      body: createTenantSchema,
      bodyExamples: { tenant: { name: 'Research' } },
      responses: { 201: { description: 'The tenant and its key.', schema: createdTenantSchema } },
      storedAs: createdTenantSchema.extend({ api_key: apiKeySchema }),
      handle: async ({ ctx, body }) => json(await createTenant({ ctx, input: { body: await body() } }), 201),
    }),
    route({
      method: 'get',
      path: '/v1/tenants/{tenant_id}',
      operationId: 'tenants.get',
      tag,
      scope: 'admin',
      operatorOnly: true,
      summary: 'Show what a tenant costs and uses',
      responses: { 200: { description: 'The tenant.', schema: tenantWithUseSchema } },
      errors: ['tenant_not_found'],
      handle: async ({ ctx, params }) => json(await getTenant({ ctx, input: { id: params.tenant_id } })),
    }),
    route({
      method: 'patch',
      path: '/v1/tenants/{tenant_id}',
      operationId: 'tenants.update',
      tag,
      scope: 'admin',
      operatorOnly: true,
      summary: 'Change the name, the weight or the limits of a tenant',
      body: patchTenantSchema,
      bodyExamples: { limits: { limits: { sessions: 100, memory_entries: null } }, weight: { weight: 3 } },
      responses: { 200: { description: 'The tenant.', schema: tenantSchema } },
      errors: ['tenant_not_found'],
      handle: async ({ ctx, params, body }) =>
        json(await patchTenant({ ctx, input: { id: params.tenant_id, body: await body() } })),
    }),
    route({
      method: 'post',
      path: '/v1/tenants/{tenant_id}/suspend',
      operationId: 'tenants.suspend',
      tag,
      scope: 'admin',
      operatorOnly: true,
      summary: 'Stop a tenant at once: it may read, and its sessions are paused or terminated',
      body: suspendTenantSchema,
      bodyExamples: { pause: { sessions: 'pause' }, terminate: { sessions: 'terminate' } },
      bodyOptional: true,
      responses: { 200: { description: 'The suspended tenant.', schema: tenantSchema } },
      errors: ['tenant_not_found', 'tenant_is_operator'],
      handle: async ({ ctx, params, body }) =>
        json(await suspendTenant({ ctx, input: { id: params.tenant_id, body: (await body()) ?? {} } })),
    }),
    route({
      method: 'post',
      path: '/v1/tenants/{tenant_id}/resume',
      operationId: 'tenants.resume',
      tag,
      scope: 'admin',
      operatorOnly: true,
      summary: 'Let a suspended tenant go on, with its paused sessions',
      responses: { 200: { description: 'The tenant.', schema: tenantSchema } },
      errors: ['tenant_not_found'],
      handle: async ({ ctx, params }) => json(await resumeTenant({ ctx, input: { id: params.tenant_id } })),
    }),
  ];
}
