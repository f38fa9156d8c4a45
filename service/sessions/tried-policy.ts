import type { TriedPolicyRequest } from '../../contract/session-replay.ts';
import type { Tx } from '../../db/database.ts';
import { recordedTools } from '../../db/queries/session-recording.ts';
import { toolSources } from '../../db/queries/tool-source.ts';
import { reachedBy } from '../../domain/tenant-limits.ts';
import { indexToolNames } from '../../domain/tool-name-index.ts';
import type { TriedPolicy } from '../../domain/tool-policy/tried-policy.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { namedTools } from '../../mcp/listing/named-tools.ts';
import { limitFor, limitRefusal } from '../tenants/require-room.ts';
import { refuseWrongRules, whichIsNone } from '../tools/tool-policies.ts';
import type { ServiceContext } from '../verb/context.ts';

const PARAM = 'policy.policies';

/**
 * The policies that a replay tries. Their rules of arguments are checked here, outside of a transaction.
 * @throws ServiceError invalid_request
 */
export async function triedPolicy(
  ctx: ServiceContext,
  request: TriedPolicyRequest | undefined,
): Promise<TriedPolicy | undefined> {
  if (request === undefined) return undefined;
  for (const [n, { argument_rules = [] }] of request.policies.entries()) {
    await refuseWrongRules(ctx, argument_rules, `${PARAM}.${n}.`);
  }
  return {
    policies: request.policies.map((policy) => ({
      glob: policy.tool_name,
      allowed: policy.allowed,
      requiresApproval: policy.requires_approval,
      effect: policy.effect,
      idempotent: policy.idempotent,
      argumentRules: policy.argument_rules,
      allowTainted: policy.allow_tainted,
    })),
    unknownTools: request.unknown_tools,
    taint: request.taint,
  };
}

/**
 * Checks policies that are tried against the tools of the tenant, by the rules for stored ones.
 * @returns the tool that was called when the session was recorded, and of which no policy can be judged here: it is not connected
 * @throws ServiceError unknown_tool, invalid_request, quota_exceeded
 */
export async function unjudgedTool(
  tx: Tx,
  ctx: Pick<ServiceContext, 'limits'>,
  { policies }: TriedPolicy,
  recording: { readonly of: string; readonly fromTurn: number; readonly agentId: string },
): Promise<string | undefined> {
  const { servers } = await toolSources(tx, recording.agentId);
  const tools = namedTools(bundledTools(), servers);
  for (const [n, { glob }] of policies.entries()) whichIsNone(glob, tools, servers, `${PARAM}.${n}.tool_name`);
  const index = indexToolNames(tools.map(({ names }) => names));
  const comparisons = policies.reduce((sum, { glob }) => sum + index.comparisons(glob, 'any'), 0);
  const name = 'policy_comparisons';
  const reached = reachedBy({ name, used: 0, limit: limitFor(ctx, name) }, comparisons);
  if (reached !== undefined) throw limitRefusal(reached);
  const known = new Set(tools.map(({ names }) => names.model));
  return (await recordedTools(tx, recording)).find((tool) => !known.has(tool));
}
