import {
  bootstrapRequestSchema,
  bootstrapResponseSchema,
  createProfileSchema,
  lifecycleRequestSchema,
  patchProfileSchema,
  profilePageSchema,
  profileSchema,
} from '../../contract/agents.ts';
import { bootstrapExample } from '../../contract/examples.ts';
import { deletedSchema, pageQuerySchema } from '../../contract/fields.ts';
import {
  createProfile,
  deleteProfile,
  getProfile,
  listProfiles,
  patchProfile,
  setLifecycle,
} from '../../service/agents/agent-profiles.ts';
import { bootstrapAgent } from '../../service/agents/bootstrap-agent.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Agents';
const profile = (description: string) => ({ description, schema: profileSchema });

export function agentRoutes(): Route[] {
  return [
    route({
      method: 'post',
      path: '/v1/agent/bootstrap',
      operationId: 'agent.bootstrap',
      tag,
      scope: 'admin',
      summary: 'Create an agent; repeating it with the same values changes nothing',
      body: bootstrapRequestSchema,
      bodyExamples: { agent: bootstrapExample },
      responses: {
        200: { description: 'It existed with these values.', schema: bootstrapResponseSchema },
        201: { description: 'Created.', schema: bootstrapResponseSchema },
      },
      errors: ['agent_exists'],
      async handle({ ctx, body }) {
        const { created, response } = await bootstrapAgent({ ctx, input: { body: await body() } });
        return json(response, created ? 201 : 200);
      },
    }),
    route({
      method: 'get',
      path: '/v1/agent/profiles',
      operationId: 'agentProfiles.list',
      tag,
      scope: 'read',
      summary: 'List agents, newest first',
      query: pageQuerySchema,
      responses: { 200: { description: 'A page of profiles.', schema: profilePageSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await listProfiles({ ctx, input: { query } })),
    }),
    route({
      method: 'post',
      path: '/v1/agent/profiles',
      operationId: 'agentProfiles.create',
      tag,
      scope: 'admin',
      summary: 'Create an agent',
      body: createProfileSchema,
      bodyExamples: { agent: { agentId: 'research-01', displayName: 'Research Agent', budgetDailyUsd: 10 } },
      responses: { 200: profile('It existed with these values.'), 201: profile('Created.') },
      errors: ['agent_exists'],
      async handle({ ctx, body }) {
        const result = await createProfile({ ctx, input: { body: await body() } });
        return json(result.profile, result.created ? 201 : 200);
      },
    }),
    route({
      method: 'get',
      path: '/v1/agent/profiles/{agent_id}',
      operationId: 'agentProfiles.get',
      tag,
      scope: 'read',
      summary: 'Read an agent',
      responses: { 200: profile('The profile.') },
      errors: ['agent_not_found'],
      handle: async ({ ctx, params }) => json(await getProfile({ ctx, input: { agentId: params.agent_id } })),
    }),
    route({
      method: 'patch',
      path: '/v1/agent/profiles/{agent_id}',
      operationId: 'agentProfiles.update',
      tag,
      scope: 'admin',
      summary: 'Change an agent',
      body: patchProfileSchema,
      bodyExamples: { budget: { budgetDailyUsd: 20 } },
      responses: { 200: profile('The profile.') },
      errors: ['agent_not_found'],
      handle: async ({ ctx, params, body }) =>
        json(await patchProfile({ ctx, input: { agentId: params.agent_id, body: await body() } })),
    }),
    route({
      method: 'delete',
      path: '/v1/agent/profiles/{agent_id}',
      operationId: 'agentProfiles.delete',
      tag,
      scope: 'admin',
      summary: 'Terminate an agent. It runs no more, stays readable with its sessions, and can be activated again',
      responses: { 200: { description: 'Terminated.', schema: deletedSchema } },
      errors: ['agent_not_found'],
      handle: async ({ ctx, params }) => json(await deleteProfile({ ctx, input: { agentId: params.agent_id } })),
    }),
    route({
      method: 'patch',
      path: '/v1/agent/profiles/lifecycle/{agent_id}',
      operationId: 'agentProfiles.transition',
      tag,
      scope: 'admin',
      summary: 'Activate, suspend or terminate an agent',
      body: lifecycleRequestSchema,
      bodyExamples: { suspend: { state: 'suspended' } },
      responses: { 200: profile('The profile.') },
      errors: ['agent_not_found'],
      handle: async ({ ctx, params, body }) =>
        json(await setLifecycle({ ctx, input: { agentId: params.agent_id, body: await body() } })),
    }),
  ];
}
