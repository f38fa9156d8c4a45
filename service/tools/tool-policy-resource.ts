import type { ToolPolicyResource } from '../../contract/tool-policy.ts';
import { indexToolNames } from '../../domain/tool-name-index.ts';
import type { ToolPolicy } from '../../domain/tool-policy/tool-policy.ts';
import type { NamedTool } from '../../mcp/listing/named-tools.ts';

/**
 * Makes the resource that clients see of a policy.
 * @param tools all tools of the tenant
 * @param index their names. Whoever shows several policies makes it once
 */
export function toolPolicyResource(
  policy: ToolPolicy,
  tools: readonly NamedTool[],
  index = indexToolNames(tools.map(({ names }) => names)),
): ToolPolicyResource {
  const matched = index.matching(policy.glob, policy.matchedNames);
  return {
    id: policy.id,
    tool_name: policy.glob,
    agent_id: policy.agentId,
    department: policy.department,
    allowed: policy.allowed,
    requires_approval: policy.requiresApproval,
    effect: policy.effect,
    idempotent: policy.idempotent,
    argument_rules: policy.argumentRules === null ? null : [...policy.argumentRules],
    rate_limit: policy.rateLimit,
    allow_tainted: policy.allowTainted,
    matched_names: policy.matchedNames,
    matches: matched.flatMap((tool) => tools[tool]?.names.qualified ?? []).sort(),
    updated_at: policy.updatedAt.toISOString(),
  };
}
