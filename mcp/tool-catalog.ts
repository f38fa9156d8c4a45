import type { ToolEffect } from '../contract/mcp.ts';
import type { McpToolDefinition } from '../domain/mcp-tool.ts';
import { globMatcher, modelToolNames } from '../domain/tool-names.ts';
import type { BundledToolEffect } from './bundled/bundled-tool.ts';
import type { BundledToolDefinition } from './bundled/bundled-tools.ts';

export interface CatalogTool {
  /** What models see, unique in the catalog. Policies and a run's `tools` match it. */
  readonly name: string;
  readonly serverId: string;
  readonly serverName: string;
  readonly serverTool: string;
  readonly description: string;
  readonly inputSchema: Record<string, unknown>;
  readonly hash: string;
  readonly effect: ToolEffect;
  readonly idempotent: boolean;
  readonly bundled: boolean;
  readonly allowed: boolean;
  readonly requiresApproval: boolean;
}

export interface ToolPolicy {
  /** Glob over model-visible names. */
  readonly toolName: string;
  readonly allowed: boolean;
  readonly requiresApproval: boolean;
  readonly effect: ToolEffect;
  readonly idempotent: boolean;
  readonly updatedAt: Date;
}

export interface ToolCatalogInput {
  readonly bundled: readonly BundledToolDefinition[];
  /** Rows of mcp_server with their pinned definitions; null while undiscovered. */
  readonly servers: readonly {
    readonly id: string;
    readonly name: string;
    readonly tools: readonly McpToolDefinition[] | null;
  }[];
  readonly policies: readonly ToolPolicy[];
  /** The run's `tools`; null: all. */
  readonly globs: readonly string[] | null;
}

/** What a policy says of a tool nobody wrote one for: it may write, and may not run twice. */
const UNKNOWN_TOOL = { allowed: true, requiresApproval: false, effect: 'write', idempotent: false } as const;

/**
 * The tools a session may call, with what policy says of each (refused ones too: the verdict is the pipeline's). In an
 * order that depends on names alone, so that prompts begin alike (prompt caches); names never depend on `globs`.
 */
export function buildToolCatalog({ bundled, servers, policies, globs }: ToolCatalogInput): CatalogTool[] {
  const policyOf = policyFinder(policies);
  const selected = globs === null ? () => true : globMatcher(globs);
  const known = [...bundled.map(bundledSource), ...servers.flatMap(externalSources)];
  const names = modelToolNames(
    known.map(({ serverId, serverName, definition, fixed }) => ({
      serverId,
      serverName,
      toolName: definition.name,
      bundled: fixed !== undefined,
    })),
  );
  return known
    .map(({ serverId, serverName, definition, fixed }, index): CatalogTool => {
      const name = names[index] ?? definition.name;
      const { allowed, requiresApproval, effect, idempotent } = policyOf(name) ?? UNKNOWN_TOOL;
      return {
        name,
        serverId,
        serverName,
        serverTool: definition.name,
        description: definition.description,
        inputSchema: definition.inputSchema,
        hash: definition.hash,
        // Of bundled tools we know these; a policy made for many tools at once must not undo it.
        effect: fixed?.effect ?? effect,
        idempotent: fixed?.idempotent ?? idempotent,
        bundled: fixed !== undefined,
        allowed,
        requiresApproval,
      };
    })
    .filter((tool) => selected(tool.name))
    .sort((a, b) => Number(b.bundled) - Number(a.bundled) || (a.name < b.name ? -1 : 1));
}

interface ToolSource {
  readonly serverId: string;
  readonly serverName: string;
  readonly definition: McpToolDefinition;
  /** Facts about a bundled tool. */
  readonly fixed: { readonly effect: BundledToolEffect; readonly idempotent: true } | undefined;
}

function bundledSource(tool: BundledToolDefinition): ToolSource {
  const { serverId, effect, idempotent } = tool;
  return { serverId, serverName: serverId, definition: tool, fixed: { effect, idempotent } };
}

function externalSources(server: ToolCatalogInput['servers'][number]): ToolSource[] {
  const definitions = server.tools ?? [];
  return definitions.map((definition) => ({
    serverId: server.id,
    serverName: server.name,
    definition,
    fixed: undefined,
  }));
}

/** The most specific glob wins: the longest, then the newest. */
function policyFinder(policies: readonly ToolPolicy[]): (name: string) => ToolPolicy | undefined {
  const bySpecificity = [...policies]
    .sort(
      (a, b) =>
        b.toolName.length - a.toolName.length ||
        b.updatedAt.getTime() - a.updatedAt.getTime() ||
        (a.toolName < b.toolName ? -1 : 1),
    )
    .map((policy) => ({ policy, matches: globMatcher([policy.toolName]) }));
  return (name) => bySpecificity.find(({ matches }) => matches(name))?.policy;
}
