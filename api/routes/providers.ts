import { deletedSchema, pageQuerySchema } from '../../contract/fields.ts';
import {
  catalogSchema,
  patchProviderSchema,
  providerListSchema,
  providerSchema,
  providerTestSchema,
  registerProviderSchema,
  testProviderSchema,
} from '../../contract/providers.ts';
import { patchProvider, testConnectedProvider } from '../../service/models/change-provider.ts';
import {
  listProviders,
  readCatalog,
  registerProvider,
  removeProvider,
  testProvider,
} from '../../service/models/providers.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Providers';
const providerExamples = {
  compatible: {
    provider: 'openai-compatible',
    name: 'local',
    base_url: 'https://models.example.com/v1',
    api_key: 'sk-example',
    models: [{ id: 'local-model', input_usd_per_mtok: 0.5, output_usd_per_mtok: 1.5 }],
    headers: { 'x-team': 'research' },
    extra_body: { temperature: 0.2 },
    dialect: { alternating_roles: true },
    time_limits: { first_token_s: 600, total_s: 7_200 },
  },
};

export function providerRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/providers',
      operationId: 'providers.list',
      tag,
      scope: 'read',
      summary: 'List connected providers, newest first, keys masked',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of providers.', schema: providerListSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listProviders({ ctx, input: { query } })),
    }),
    route({
      method: 'get',
      path: '/v1/providers/catalog',
      operationId: 'providers.catalog',
      tag,
      scope: 'read',
      summary: 'List the kinds of providers that can be connected',
      responses: { 200: { description: 'The catalog.', schema: catalogSchema } },
      handle: async ({ ctx }) => json(await readCatalog({ ctx })),
    }),
    route({
      method: 'post',
      path: '/v1/providers',
      operationId: 'providers.register',
      tag,
      scope: 'admin',
      summary: 'Connect a provider; its key is sealed at rest',
      body: registerProviderSchema,
      bodyExamples: providerExamples,
      responses: { 201: { description: 'Connected.', schema: providerSchema } },
      errors: ['unknown_provider', 'address_not_allowed', 'provider_exists'],
      handle: async ({ ctx, body }) => json(await registerProvider({ ctx, input: { body: await body() } }), 201),
    }),
    route({
      method: 'post',
      path: '/v1/providers/test',
      operationId: 'providers.test',
      tag,
      scope: 'admin',
      summary: 'Ask a provider for one word, to see whether address and key work',
      body: testProviderSchema,
      bodyExamples: providerExamples,
      dialsOut: true,
      responses: { 200: { description: 'How it went.', schema: providerTestSchema } },
      errors: ['unknown_provider', 'address_not_allowed', 'unknown_model'],
      handle: async ({ ctx, body }) => json(await testProvider({ ctx, input: { body: await body() } })),
    }),
    route({
      method: 'patch',
      path: '/v1/providers/{provider_id}',
      operationId: 'providers.update',
      tag,
      scope: 'admin',
      summary:
        'Change key, address, models, headers, fields of the body, dialect or time limits; sessions under way go on with them',
      body: patchProviderSchema,
      bodyExamples: {
        key: { api_key: 'sk-new-example' },
        header: { headers: { 'x-team': 'research' } },
        limit: { time_limits: { total_s: null } },
      },
      responses: { 200: { description: 'Changed.', schema: providerSchema } },
      errors: ['provider_not_found', 'unknown_provider', 'address_not_allowed'],
      handle: async ({ ctx, params, body }) =>
        json(await patchProvider({ ctx, input: { providerId: params.provider_id, body: await body() } })),
    }),
    route({
      method: 'post',
      path: '/v1/providers/{provider_id}/test',
      operationId: 'providers.testConnected',
      tag,
      scope: 'admin',
      summary: 'Ask a connected provider for one word; when it answers, its models are chosen again at once',
      dialsOut: true,
      responses: { 200: { description: 'The outcome.', schema: providerTestSchema } },
      errors: ['provider_not_found', 'unknown_model'],
      handle: async ({ ctx, params }) =>
        json(await testConnectedProvider({ ctx, input: { providerId: params.provider_id } })),
    }),
    route({
      method: 'delete',
      path: '/v1/providers/{provider_id}',
      operationId: 'providers.remove',
      tag,
      scope: 'admin',
      summary: 'Disconnect a provider',
      responses: { 200: { description: 'Disconnected.', schema: deletedSchema } },
      errors: ['provider_not_found'],
      handle: async ({ ctx, params }) => json(await removeProvider({ ctx, input: { providerId: params.provider_id } })),
    }),
  ];
}
