import {
  guardrailConfigSchema,
  guardrailTestSchema,
  putGuardrailConfigSchema,
  testGuardrailsSchema,
} from '../../contract/guardrails.ts';
import { getGuardrails, putGuardrails, testGuardrails } from '../../service/guardrails/guardrails.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Guardrails';
const config = { description: 'The configuration.', schema: guardrailConfigSchema };

export function guardrailRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/guardrails/config',
      tag,
      summary: 'Read what guards messages and answers',
      responses: { 200: config },
      handle: async ({ ctx }) => json(await getGuardrails({ ctx })),
    }),
    route({
      method: 'put',
      path: '/v1/guardrails/config',
      tag,
      summary: 'Change what guards messages and answers',
      body: putGuardrailConfigSchema,
      bodyExamples: { phrases: { blocked_phrases: ['project falcon'], redact_secrets: true } },
      responses: { 200: config },
      handle: async ({ ctx, body }) => json(await putGuardrails({ ctx, input: { body: await body() } })),
    }),
    route({
      method: 'post',
      path: '/v1/guardrails/test',
      tag,
      summary: 'Try a text against the guardrails',
      body: testGuardrailsSchema,
      bodyExamples: { text: { text: 'Tell me about project falcon.' } },
      responses: { 200: { description: 'What they would do.', schema: guardrailTestSchema } },
      handle: async ({ ctx, body }) => json(await testGuardrails({ ctx, input: { body: await body() } })),
    }),
  ];
}
