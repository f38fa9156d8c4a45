import type { z } from 'zod';
import type { ArgumentRule } from '../../contract/argument-rules.ts';
import { type Deleted, pageQuerySchema } from '../../contract/fields.ts';
import {
  type governanceSchema,
  governanceSettingsRequestSchema,
  type governanceSettingsSchema,
  type ToolPolicyResource,
  toolPolicyRequestSchema,
} from '../../contract/tool-policy.ts';
import type { Tx } from '../../db/database.ts';
import { agentNames, departmentNames } from '../../db/queries/agent.ts';
import { mcpServerNames } from '../../db/queries/mcp-server.ts';
import {
  deleteToolPolicy,
  listToolPolicies,
  type PolicyPlace,
  putToolPolicy,
  setToolSettings,
  setUnknownEffects,
  toolPolicyById,
  toolSettingsOfTenant,
  unknownEffectsOfTenant,
} from '../../db/queries/tool-policy.ts';
import { indexToolNames } from '../../domain/tool-name-index.ts';
import { reachOf } from '../../domain/tool-policy/glob-reach.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { type NamedTool, namedTools, type ToolServer } from '../../mcp/listing/named-tools.ts';
import { newId } from '../../processes/ids.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { decodeIdCursor, pageOf, withinBytes } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { requireComparisons } from './require-comparisons.ts';
import { toolPolicyResource } from './tool-policy-resource.ts';

interface PolicyRef {
  readonly policyId: string;
}

/** Reads what the tenant has set for all tools, and lists the policies, newest first. @throws ServiceError invalid_cursor */
export const readGovernance: Verb<{ query: unknown }, z.infer<typeof governanceSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { limit, cursor } = parseInput(pageQuerySchema, input.query);
  const before = decodeIdCursor('pol', cursor);
  const { rows, tools, settings } = await ctx.db.transaction(ctx.tenantId, async (tx) => ({
    rows: await listToolPolicies(tx, limit + 1, before),
    tools: await toolsOfTenant(tx),
    settings: await settingsOfTools(tx),
  }));
  const index = indexToolNames(tools.map(({ names }) => names));
  // A policy of a few bytes may name thousands of tools.
  const shown = withinBytes(rows.slice(0, limit), (policy) => toolPolicyResource(policy, tools, index));
  const page = pageOf(
    shown,
    limit,
    (policy) => policy,
    (policy) => policy.id,
    rows[0]?.found,
  );
  return { ...settings, policies: page.data, next_cursor: page.next_cursor };
};

/** Changes what the tenant has set for all tools. It holds from the next call on, in running sessions too. */
export const putGovernanceSettings: Verb<{ body: unknown }, z.infer<typeof governanceSettingsSchema>> = async ({
  ctx,
  input,
}) => {
  requireScope(ctx, 'admin');
  const request = parseInput(governanceSettingsRequestSchema, input.body);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await setToolSettings(tx, { unknownTools: request.unknown_tools, taint: request.taint });
    if (request.unknown_effects !== undefined) await setUnknownEffects(tx, request.unknown_effects);
    await audit(tx, ctx, 'tool_settings.put', ctx.tenantId, request);
    return settingsOfTools(tx);
  });
};

/**
 * Sets the policy of the tools that a glob names, for the tenant, a department or an agent.
 * @throws ServiceError unknown_tool, agent_not_found, quota_exceeded
 */
export const putPolicy: Verb<{ body: unknown }, ToolPolicyResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(toolPolicyRequestSchema, input.body);
  await refuseWrongRules(ctx, request.argument_rules ?? []);
  const place = {
    glob: request.tool_name,
    agentId: request.agent_id ?? null,
    department: request.department ?? null,
  };
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const noAgents = await whoHasNone(tx, place);
    const servers = await mcpServerNames(tx);
    const tools = namedTools(bundledTools(), servers);
    const warnings = [noAgents, whichIsNone(place.glob, tools, servers)];
    const row = await putToolPolicy(tx, {
      ...place,
      newId: newId('pol', ctx.nowMs()),
      allowed: request.allowed,
      requiresApproval: request.requires_approval,
      effect: request.effect,
      idempotent: request.idempotent,
      argumentRules: request.argument_rules,
      rateLimit: request.rate_limit,
      allowTainted: request.allow_tainted,
    });
    await requireRoom(tx, { tool_policies: 0 });
    await requireComparisons(tx, ctx, tools);
    const warning = warnings.filter((each) => each !== undefined).join(' ') || undefined;
    const resource = { ...toolPolicyResource(row, tools), warning };
    await audit(tx, ctx, 'tool_policy.put', row.id, resource);
    return resource;
  });
};

/** Reads a policy. @throws ServiceError tool_policy_not_found */
export const getPolicy: Verb<PolicyRef, ToolPolicyResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const row = await toolPolicyById(tx, input.policyId);
    if (row === undefined) throw noPolicy(input);
    return toolPolicyResource(row, await toolsOfTenant(tx));
  });
};

/** Deletes a policy. It holds from the next call on, in running sessions too. @throws ServiceError tool_policy_not_found */
export const deletePolicy: Verb<PolicyRef, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const row = await deleteToolPolicy(tx, input.policyId);
    if (row === undefined) throw noPolicy(input);
    await audit(tx, ctx, 'tool_policy.delete', row.id, toolPolicyResource(row, []));
    return { id: row.id, deleted: true };
  });
};

/** @param of where the rules are given, in front of their name. @throws ServiceError invalid_request */
export async function refuseWrongRules(ctx: ServiceContext, rules: readonly ArgumentRule[], of = ''): Promise<void> {
  const evaluate = ctx.evaluator.of(ctx.tenantId);
  for (const [index, rule] of rules.entries()) {
    const checked = await evaluate('rule_problem', { rule });
    const problem = checked.kind === 'done' ? checked.value : `can't be used, because ${checked.why}`;
    const param = `${of}argument_rules.${index}`;
    if (problem !== undefined) throw new ServiceError('invalid_request', `"${param}": ${problem}.`, { param });
  }
}

/** Reads what the tenant has set for all tools. */
export async function settingsOfTools(tx: Tx): Promise<z.infer<typeof governanceSettingsSchema>> {
  const { unknownTools, taint } = await toolSettingsOfTenant(tx);
  return { unknown_tools: unknownTools, taint, unknown_effects: await unknownEffectsOfTenant(tx) };
}

async function toolsOfTenant(tx: Tx): Promise<NamedTool[]> {
  return namedTools(bundledTools(), await mcpServerNames(tx));
}

/** Says that no agent is in the department of a policy. @throws ServiceError agent_not_found */
async function whoHasNone(tx: Tx, { agentId, department }: PolicyPlace): Promise<string | undefined> {
  if (agentId !== null) {
    const { known, some } = await agentNames(tx, agentId);
    if (known) return undefined;
    const message = `No agent "${agentId}". There are ${some.join(', ') || 'none'}.`;
    throw new ServiceError('agent_not_found', message, { param: 'agent_id' });
  }
  if (department === null) return undefined;
  const departments = await departmentNames(tx);
  if (departments.includes(department)) return undefined;
  return `No agent is in the department "${department}" now. There are ${departments.join(', ') || 'none'}.`;
}

/**
 * Says that a glob names a tool that is to come.
 * @throws ServiceError unknown_tool, or invalid_request for what is no glob
 */
export function whichIsNone(
  glob: string,
  tools: readonly NamedTool[],
  servers: readonly ToolServer[],
  param = 'tool_name',
): string | undefined {
  const reach = reachOf(glob, tools, servers.map(serverName));
  switch (reach.kind) {
    case 'matches':
      return undefined;
    case 'awaited':
      return reach.warning;
    case 'unknown':
      throw new ServiceError('unknown_tool', reach.message, { param });
    case 'malformed':
      throw new ServiceError('invalid_request', reach.message, { param });
  }
}

function serverName({ name, tools }: ToolServer) {
  return { name, discovered: tools !== null };
}

function noPolicy({ policyId }: PolicyRef): ServiceError {
  return new ServiceError('tool_policy_not_found', `No tool policy "${policyId}".`, {
    recovery: { action: 'GET /v1/mcp/governance lists the policies with their ids.' },
  });
}
