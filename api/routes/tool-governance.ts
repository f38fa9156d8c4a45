import { deletedSchema, pageQuerySchema } from '../../contract/fields.ts';
import {
  governanceSchema,
  governanceSettingsRequestSchema,
  governanceSettingsSchema,
  toolCheckRequestSchema,
  toolCheckSchema,
  toolPolicyRequestSchema,
  toolPolicySchema,
} from '../../contract/tool-policy.ts';
import { checkToolCall } from '../../service/tools/check-tool-call.ts';
import {
  deletePolicy,
  getPolicy,
  putGovernanceSettings,
  putPolicy,
  readGovernance,
} from '../../service/tools/tool-policies.ts';
import { json, type Route, route } from '../route.ts';

const tag = 'Tools';

export function toolGovernanceRoutes(): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/mcp/governance',
      operationId: 'mcp.getGovernance',
      tag,
      scope: 'read',
      summary: 'Read the tool policies, a page at a time, and what is set for all tools',
      query: pageQuerySchema,
      responses: { 200: { description: 'The policies.', schema: governanceSchema } },
      errors: ['invalid_cursor'],
      handle: async ({ ctx, query }) => json(await readGovernance({ ctx, input: { query } })),
    }),
    route({
      method: 'put',
      path: '/v1/mcp/governance',
      operationId: 'mcp.updateGovernance',
      tag,
      scope: 'admin',
      summary:
        'Set what tools meet that no policy names, and what they meet when text from outside is in a conversation',
      body: governanceSettingsRequestSchema,
      bodyExamples: { ask: { unknown_tools: 'ask', taint: 'ask' } },
      responses: { 200: { description: 'The settings.', schema: governanceSettingsSchema } },
      handle: async ({ ctx, body }) => json(await putGovernanceSettings({ ctx, input: { body: await body() } })),
    }),
    route({
      method: 'put',
      path: '/v1/mcp/governance/policy',
      operationId: 'mcp.setPolicy',
      tag,
      scope: 'admin',
      summary: 'Set the policy of the tools that a glob names',
      body: toolPolicyRequestSchema,
      bodyExamples: { approval: { tool_name: 'docs/*', allowed: true, requires_approval: true } },
      responses: { 200: { description: 'The policy.', schema: toolPolicySchema } },
      errors: ['unknown_tool', 'agent_not_found'],
      handle: async ({ ctx, body }) => json(await putPolicy({ ctx, input: { body: await body() } })),
    }),
    route({
      method: 'get',
      path: '/v1/mcp/governance/policy/{policy_id}',
      operationId: 'mcp.getPolicy',
      tag,
      scope: 'read',
      summary: 'Read a tool policy',
      responses: { 200: { description: 'The policy.', schema: toolPolicySchema } },
      errors: ['tool_policy_not_found'],
      handle: async ({ ctx, params }) => json(await getPolicy({ ctx, input: { policyId: params.policy_id } })),
    }),
    route({
      method: 'delete',
      path: '/v1/mcp/governance/policy/{policy_id}',
      operationId: 'mcp.removePolicy',
      tag,
      scope: 'admin',
      summary: 'Delete a tool policy',
      responses: { 200: { description: 'Deleted.', schema: deletedSchema } },
      errors: ['tool_policy_not_found'],
      handle: async ({ ctx, params }) => json(await deletePolicy({ ctx, input: { policyId: params.policy_id } })),
    }),
    route({
      method: 'post',
      path: '/v1/mcp/governance/check',
      operationId: 'mcp.checkCall',
      tag,
      scope: 'read',
      summary: 'Say what a call of a tool would meet, and why. Nothing is called',
      body: toolCheckRequestSchema,
      bodyExamples: { write: { tool: 'workspace/write', arguments: { name: 'a.md', content: 'text' } } },
      responses: { 200: { description: 'The verdict.', schema: toolCheckSchema } },
      errors: ['unknown_tool', 'agent_not_found'],
      handle: async ({ ctx, body }) => json(await checkToolCall({ ctx, input: { body: await body() } })),
    }),
  ];
}
