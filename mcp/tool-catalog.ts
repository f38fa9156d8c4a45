import type { ToolEffect } from '../contract/mcp.ts';
import type { ToolPolicyRow } from '../db/queries/tool-policy.ts';
import type { McpToolDefinition } from '../domain/mcp-tool.ts';
import { globMatcher, modelToolNames } from '../domain/tool-names.ts';
import type { ToolStanding } from '../domain/tool-verdict.ts';
import type { BundledToolEffect } from './bundled/bundled-tool.ts';
import type { BundledToolDefinition } from './bundled/bundled-tools.ts';

export interface CatalogTool {
  /** The name that models see, unique in the catalog. Policies and the `tools` of a run are matched with it. */
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
  readonly standing: ToolStanding;
}

export interface ToolCatalogInput {
  readonly bundled: readonly BundledToolDefinition[];
  /** Rows of mcp_server with their pinned definitions, which are null until they are discovered. */
  readonly servers: readonly {
    readonly id: string;
    readonly name: string;
    readonly tools: readonly McpToolDefinition[] | null;
  }[];
  readonly policies: readonly ToolPolicyRow[];
  /** The `tools` of the run; null stands for all. */
  readonly globs: readonly string[] | null;
}

/** The policy for a tool that no policy names: it may change something, and it may not run twice. */
const UNKNOWN_TOOL = { effect: 'write', idempotent: false } as const;
const DEFAULT_STANDING: ToolStanding = { verdict: 'allow', rule: 'default' };

/**
 * The tools that a session may call, with what policy says of each. Tools that policy forbids are among them, because the
 * verdict is given when one is called. The order depends on names alone, so that prompts begin alike, as prompt caches
 * need it. Names never depend on `globs`.
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
      const policy = policyOf(name);
      const { effect, idempotent } = policy ?? UNKNOWN_TOOL;
      return {
        name,
        serverId,
        serverName,
        serverTool: definition.name,
        description: definition.description,
        inputSchema: definition.inputSchema,
        hash: definition.hash,
        // These are known facts of bundled tools. A policy that is meant for many tools at once must not change them.
        effect: fixed?.effect ?? effect,
        idempotent: fixed?.idempotent ?? idempotent,
        bundled: fixed !== undefined,
        standing: policy === undefined ? DEFAULT_STANDING : standingOf(policy),
      };
    })
    .filter((tool) => selected(tool.name))
    .sort((a, b) => Number(b.bundled) - Number(a.bundled) || (a.name < b.name ? -1 : 1));
}

interface ToolSource {
  readonly serverId: string;
  readonly serverName: string;
  readonly definition: McpToolDefinition;
  /** What is known of a bundled tool; undefined for other tools. */
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

function standingOf({ allowed, requiresApproval, toolName }: ToolPolicyRow): ToolStanding {
  const verdict = allowed ? (requiresApproval ? 'ask' : 'allow') : 'deny';
  return { verdict, rule: toolName };
}

/** Finds the policy with the most specific glob: the longest, and of equally long ones the newest. */
function policyFinder(policies: readonly ToolPolicyRow[]): (name: string) => ToolPolicyRow | undefined {
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
