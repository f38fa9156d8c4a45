import type { Tx } from '../../db/database.ts';
import { policyGlobs } from '../../db/queries/tool-policy.ts';
import { reachedBy } from '../../domain/tenant-limits.ts';
import { indexToolNames } from '../../domain/tool-name-index.ts';
import type { NamedTool } from '../../mcp/listing/named-tools.ts';
import { limitFor, limitRefusal } from '../tenants/require-room.ts';
import type { ServiceContext } from '../verb/context.ts';

/**
 * Refuses policies and tools that are too many for each other: every catalog of tools takes all the comparisons. A verb asks when it
 * has written them.
 * @param tools all tools of the tenant
 * @throws ServiceError quota_exceeded
 */
export async function requireComparisons(
  tx: Tx,
  ctx: Pick<ServiceContext, 'limits'>,
  tools: readonly Pick<NamedTool, 'names'>[],
): Promise<void> {
  const index = indexToolNames(tools.map(({ names }) => names));
  const globs = await policyGlobs(tx);
  const comparisons = globs.reduce((sum, { glob, matchedNames }) => sum + index.comparisons(glob, matchedNames), 0);
  const name = 'policy_comparisons';
  const reached = reachedBy({ name, used: 0, limit: limitFor(ctx, name) }, comparisons);
  if (reached !== undefined) throw limitRefusal(reached);
}
