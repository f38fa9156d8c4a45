import type { McpToolDefinition, ToleratedChange } from '../../domain/mcp-tool.ts';
import { indexToolNames } from '../../domain/tool-name-index.ts';
import {
  governanceOf,
  policiesByTool,
  type ToolGovernance,
  type ToolSettings,
} from '../../domain/tool-policy/policies-of-tool.ts';
import type { ToolPolicy } from '../../domain/tool-policy/tool-policy.ts';
import type { BundledToolDefinition } from '../bundled/bundled-tools.ts';
import { type NamedTool, namedTools, type ToolServer } from './named-tools.ts';
import { standingOf } from './tool-pins.ts';

export interface CatalogTool extends ToolGovernance {
  /** The name that models see, unique in the catalog. */
  readonly name: string;
  /** `server/tool`. */
  readonly qualifiedName: string;
  readonly serverId: string;
  readonly serverName: string;
  readonly serverTool: string;
  readonly description: string;
  readonly inputSchema: Record<string, unknown>;
  readonly hash: string;
  /** The parts of the definition that may have changed since it was pinned. */
  readonly tolerated: ToleratedChange | undefined;
  readonly bundled: boolean;
  /** UTF-8 bytes of what models are shown of it, as JSON. */
  readonly definitionBytes: number;
}

export interface ToolCatalogInput {
  readonly bundled: readonly BundledToolDefinition[];
  readonly servers: readonly ToolServer<McpToolDefinition>[];
  /** The policies that concern the agent. */
  readonly policies: readonly ToolPolicy[];
  readonly settings: ToolSettings;
  /** The `tools` of the run; null stands for all. */
  readonly globs: readonly string[] | null;
}

/**
 * The tools that a session may call, with what policy says of each. Tools that policy forbids are among them, because the
 * verdict is given when one is called. The order depends on names alone, so that prompts begin alike, as prompt caches
 * need it. Names never depend on `globs`.
 */
export function buildToolCatalog(input: ToolCatalogInput): CatalogTool[] {
  const { bundled, servers, policies, settings, globs } = input;
  const tools = namedTools(bundled, servers);
  const index = indexToolNames(tools.map(({ names }) => names));
  const policiesOf = policiesByTool(policies, index);
  const selected = globs === null ? undefined : new Set(globs.flatMap((glob) => index.matching(glob)));
  return tools
    .flatMap((tool, place) => {
      if (selected !== undefined && !selected.has(place)) return [];
      return catalogTool(tool, governanceOf(policiesOf(place), tool.known, settings));
    })
    .sort((a, b) => Number(b.bundled) - Number(a.bundled) || (a.name < b.name ? -1 : 1));
}

function catalogTool(tool: NamedTool<McpToolDefinition>, governance: ToolGovernance): CatalogTool {
  const { names, serverId, serverName, definition, known } = tool;
  const { description, inputSchema } = definition;
  return {
    ...governance,
    standing: standingOf(definition, governance.standing),
    name: names.model,
    qualifiedName: names.qualified,
    serverId,
    serverName,
    serverTool: definition.name,
    description,
    inputSchema,
    hash: definition.hash,
    tolerated: definition.tolerated,
    bundled: known !== undefined,
    definitionBytes: Buffer.byteLength(JSON.stringify({ name: names.model, description, inputSchema })),
  };
}
