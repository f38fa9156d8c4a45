import { deletedSchema, pageQuerySchema, pageSchema } from '../../contract/fields.ts';
import { apiKeySchema, createApiKeySchema, createdApiKeySchema } from '../../contract/keys.ts';
import { createKey, listApiKeys, revokeApiKey } from '../../service/tenants/api-keys.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Keys';

export function apiKeyRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/api-keys',
      operationId: 'apiKeys.list',
      tag,
      scope: 'admin',
      summary: 'List API keys, newest first',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of keys.', schema: pageSchema(apiKeySchema) } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listApiKeys({ ctx, input: { query } })),
    }),
    route({
      method: 'post',
      path: '/v1/api-keys',
      operationId: 'apiKeys.create',
      tag,
      scope: 'admin',
      summary: 'Make an API key; it is shown this once',
      body: createApiKeySchema,
      bodyExamples: { key: { name: 'build server', scopes: ['run', 'read'] } },
      bodyOptional: true,
      responses: { 201: { description: 'The key.', schema: createdApiKeySchema } },
      storedAs: apiKeySchema,
      handle: async ({ ctx, body }) => json(await createKey({ ctx, input: { body: (await body()) ?? {} } }), 201),
    }),
    route({
      method: 'delete',
      path: '/v1/api-keys/{key_id}',
      operationId: 'apiKeys.revoke',
      tag,
      scope: 'admin',
      summary: 'Revoke an API key',
      responses: { 200: { description: 'Revoked.', schema: deletedSchema } },
      errors: ['api_key_not_found'],
      handle: async ({ ctx, params }) => json(await revokeApiKey({ ctx, input: { keyId: params.key_id } })),
    }),
  ];
}
