import type { Tx } from '../../db/database.ts';
import { mcpServerNames } from '../../db/queries/mcp-server.ts';
import { type PolicyPlace, putToolPolicy, toolPoliciesOfAgent, toolPolicyById } from '../../db/queries/tool-policy.ts';
import { isWild, literalGlob } from '../../domain/name-globs.ts';
import type { RequiredAction } from '../../domain/required-action.ts';
import { indexToolNames } from '../../domain/tool-name-index.ts';
import { policiesByTool } from '../../domain/tool-policy/policies-of-tool.ts';
import { TAINT_RULE } from '../../domain/tool-verdict.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { type NamedTool, namedTools } from '../../mcp/listing/named-tools.ts';
import { newId } from '../../processes/ids.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { toolPolicyResource } from '../tools/tool-policy-resource.ts';
import { audit } from '../verb/audit.ts';
import type { ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/**
 * Writes the policy that allows a tool from now on, where the rule stands that asked: for the agent, the department or the tenant.
 * A policy that asks for this tool alone is changed. One that is for others too stays as it is, and gets an exception.
 * @throws ServiceError policy_outranked when the tool would still ask, approval_not_found when the tool is gone
 */
export async function allowAlways(
  tx: Tx,
  ctx: ServiceContext,
  agentId: string | null,
  action: Pick<RequiredAction, 'id' | 'rule' | 'serverId' | 'serverTool'>,
): Promise<void> {
  const tools = namedTools(bundledTools(), await mcpServerNames(tx));
  const tool = tools.find(
    ({ serverId, definition }) => serverId === action.serverId && definition.name === action.serverTool,
  );
  if (tool === undefined) throw new ServiceError('approval_not_found', 'The tool of this call is gone.');
  const written = await putToolPolicy(tx, {
    ...(await placeFor(tx, action.rule, tool, tools)),
    newId: newId('pol', ctx.nowMs()),
    allowed: true,
    requiresApproval: false,
    allowTainted: action.rule === TAINT_RULE ? true : undefined,
  });
  await requireRoom(tx, { tool_policies: 0 });
  const [decides] = policiesByTool(await toolPoliciesOfAgent(tx, agentId), indexToolNames([tool.names]))(0);
  if (decides?.id !== written.id) {
    throw new ServiceError(
      'policy_outranked',
      `The policy "${decides?.id ?? ''}" (${decides?.glob ?? ''}) would still decide about ${tool.names.qualified}, so nothing was changed.`,
      { recovery: { action: `Change that policy with PUT /v1/mcp/governance/policy, or answer for this call only.` } },
    );
  }
  await audit(tx, ctx, 'tool_policy.put', written.id, { ...toolPolicyResource(written, tools), approval: action.id });
}

async function placeFor(tx: Tx, rule: string, tool: NamedTool, tools: readonly NamedTool[]): Promise<PolicyPlace> {
  const asking = await toolPolicyById(tx, rule);
  const glob = literalGlob(tool.names.qualified);
  if (asking === undefined) return { glob, agentId: null, department: null };
  const { agentId, department } = asking;
  const named = indexToolNames(tools.map(({ names }) => names)).matching(asking.glob, asking.matchedNames);
  const isForThisAlone = named.every((place) => tools[place] === tool) && !isWild(asking.glob);
  return { glob: isForThisAlone ? asking.glob : glob, agentId, department };
}
