import type { Tx } from '../../db/database.ts';
import { mcpServerNames } from '../../db/queries/mcp-server.ts';
import { indexToolNames, type ToolNameIndex } from '../../domain/tool-name-index.ts';
import { reachOf } from '../../domain/tool-policy/glob-reach.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { namedTools } from '../../mcp/listing/named-tools.ts';
import { ServiceError } from '../verb/service-error.ts';

/** The tools that the field `tools` of a run names now. */
export interface ToolsOfRun {
  /** As `server/tool`. */
  readonly tools: string[];
  readonly warnings: string[];
}

/** Some thirty milliseconds at most. */
const MOST_COMPARISONS = 100_000;

/**
 * Looks up the tools that a run may use. A name of a tool that may come with a server is accepted with a warning.
 * @param globs undefined stands for all tools
 * @throws ServiceError unknown_tool when an entry names no tool, invalid_request when it is no glob
 */
export async function toolsOfRun(tx: Tx, globs: readonly string[] | undefined): Promise<ToolsOfRun | undefined> {
  if (globs === undefined) return undefined;
  if (globs.length === 0) return { tools: [], warnings: [] };
  const servers = await mcpServerNames(tx);
  const all = namedTools(bundledTools(), servers);
  const names = servers.map(({ name, tools }) => ({ name, discovered: tools !== null }));
  const index = indexToolNames(all.map((tool) => tool.names));
  refuseCostly(globs, index);
  const found = new Set<string>();
  const warnings: string[] = [];
  for (const glob of globs) {
    const reach = reachOf(glob, all, names, index);
    switch (reach.kind) {
      case 'matches':
        for (const tool of reach.tools) found.add(tool);
        break;
      case 'awaited':
        warnings.push(reach.warning);
        break;
      case 'unknown':
        throw new ServiceError('unknown_tool', reach.message, { param: 'tools' });
      case 'malformed':
        throw new ServiceError('invalid_request', reach.message, { param: 'tools' });
    }
  }
  return { tools: [...found].sort(), warnings };
}

/** @throws ServiceError invalid_request */
function refuseCostly(globs: readonly string[], index: ToolNameIndex): void {
  const comparisons = globs.reduce((sum, glob) => sum + index.comparisons(glob), 0);
  if (comparisons <= MOST_COMPARISONS) return;
  const message = `"tools": its patterns take ${comparisons} comparisons with names of tools, and ${MOST_COMPARISONS} are allowed.`;
  throw new ServiceError('invalid_request', message, {
    param: 'tools',
    recovery: { action: 'Begin patterns with the name of a server, or use fewer of them.' },
  });
}
