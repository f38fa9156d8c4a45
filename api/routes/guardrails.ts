import { deletedSchema, pageQuerySchema } from '../../contract/fields.ts';
import {
  guardrailProviderListSchema,
  guardrailProviderRequestSchema,
  guardrailProviderSchema,
} from '../../contract/guardrail-providers.ts';
import {
  guardrailConfigQuerySchema,
  guardrailConfigSchema,
  guardrailTemplateListSchema,
  guardrailTestSchema,
  putGuardrailConfigSchema,
  testGuardrailsSchema,
} from '../../contract/guardrails.ts';
import { getGuardrails, putGuardrails } from '../../service/guardrails/config.ts';
import { connectProvider, listProviders, removeProvider } from '../../service/guardrails/providers.ts';
import { listTemplates } from '../../service/guardrails/templates.ts';
import { testGuardrails } from '../../service/guardrails/test-guardrails.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Guardrails';
const config = { description: 'The configuration.', schema: guardrailConfigSchema };

export function guardrailRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/guardrails/config',
      operationId: 'guardrails.getConfig',
      tag,
      scope: 'read',
      summary: 'Read what guards messages, answers and tool calls of all agents or of one',
      query: guardrailConfigQuerySchema,
      responses: { 200: config },
      errors: ['agent_not_found'],
      handle: async ({ ctx, query }) => json(await getGuardrails({ ctx, input: { query } })),
    }),
    route({
      method: 'put',
      path: '/v1/guardrails/config',
      operationId: 'guardrails.updateConfig',
      tag,
      scope: 'admin',
      summary: 'Change what guards messages, answers and tool calls of all agents or of one',
      query: guardrailConfigQuerySchema,
      body: putGuardrailConfigSchema,
      bodyExamples: {
        phrases: { blocked_phrases: ['project falcon'], redact_secrets: true },
        rules: {
          rules: [
            { id: 'cards', kind: 'personal_data', hooks: ['output', 'tool_args'], action: 'block', entities: ['card'] },
          ],
        },
      },
      responses: { 200: config },
      errors: ['agent_not_found'],
      handle: async ({ ctx, query, body }) => json(await putGuardrails({ ctx, input: { query, body: await body() } })),
    }),
    route({
      method: 'get',
      path: '/v1/guardrails/providers',
      operationId: 'guardrails.listProviders',
      tag,
      scope: 'read',
      summary: 'List external guardrail providers, newest first',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of providers.', schema: guardrailProviderListSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listProviders({ ctx, input: { query } })),
    }),
    route({
      method: 'post',
      path: '/v1/guardrails/providers',
      operationId: 'guardrails.addProvider',
      tag,
      scope: 'admin',
      summary: 'Connect an external guardrail provider',
      body: guardrailProviderRequestSchema,
      bodyExamples: {
        provider: {
          name: 'moderation',
          url: 'https://moderation.example.com/v1/judge',
          api_key: 'key',
          on_failure: 'closed',
        },
      },
      responses: { 201: { description: 'The provider, its key masked.', schema: guardrailProviderSchema } },
      errors: ['address_not_allowed', 'guardrail_provider_exists'],
      handle: async ({ ctx, body }) => json(await connectProvider({ ctx, input: { body: await body() } }), 201),
    }),
    route({
      method: 'delete',
      path: '/v1/guardrails/providers/{guardrail_provider_id}',
      operationId: 'guardrails.removeProvider',
      tag,
      scope: 'admin',
      summary: 'Disconnect a guardrail provider that no rule names',
      responses: { 200: { description: 'It is gone.', schema: deletedSchema } },
      errors: ['guardrail_provider_not_found', 'guardrail_provider_in_use'],
      handle: async ({ ctx, params }) =>
        json(await removeProvider({ ctx, input: { providerId: params.guardrail_provider_id } })),
    }),
    route({
      method: 'get',
      path: '/v1/guardrails/templates',
      operationId: 'guardrails.templates',
      tag,
      scope: 'read',
      summary: 'List configurations to begin with',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of templates.', schema: guardrailTemplateListSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listTemplates({ ctx, input: { query } })),
    }),
    route({
      method: 'post',
      path: '/v1/guardrails/test',
      operationId: 'guardrails.test',
      tag,
      scope: 'read',
      summary: 'Try a text against the guardrails',
      dialsOut: true,
      body: testGuardrailsSchema,
      bodyExamples: { text: { text: 'Tell me about project falcon.' } },
      responses: { 200: { description: 'What they would do.', schema: guardrailTestSchema } },
      errors: ['agent_not_found', 'guardrail_provider_not_found'],
      handle: async ({ ctx, body }) => json(await testGuardrails({ ctx, input: { body: await body() } })),
    }),
  ];
}
