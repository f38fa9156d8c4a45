import type { McpToolDefinition } from '../../domain/mcp-tool.ts';
import { cleanedName, modelToolNames, type ToolNames } from '../../domain/tool-names.ts';
import type { BundledToolEffect } from '../bundled/bundled-tool.ts';
import type { BundledToolDefinition } from '../bundled/bundled-tools.ts';

/** The part of a definition that names need. */
export type ListedName = Pick<McpToolDefinition, 'name' | 'missing'>;

/** A tool of a tenant, with the names that it is known by. */
export interface NamedTool<Definition extends ListedName = ListedName> {
  readonly names: ToolNames;
  readonly serverId: string;
  readonly serverName: string;
  readonly definition: Definition;
  /** The known facts about a bundled tool; undefined for other tools. */
  readonly known: { readonly effect: BundledToolEffect; readonly idempotent: true } | undefined;
}

/** A row of mcp_server with its pinned tools, which are null until they are discovered. */
export interface ToolServer<Definition extends ListedName = ListedName> {
  readonly id: string;
  readonly name: string;
  readonly tools: readonly Definition[] | null;
}

/** The tools of a tenant in the order of the rows, the bundled ones first. A name depends on the tools of all servers. */
export function namedTools<Definition extends ListedName>(
  bundled: readonly BundledToolDefinition[],
  servers: readonly ToolServer<Definition>[],
): NamedTool<Definition | BundledToolDefinition>[] {
  const tools: ToolSource<Definition | BundledToolDefinition>[] = [
    ...bundled.map(bundledSource),
    ...servers.flatMap(externalSources<Definition>),
  ];
  const models = modelToolNames(
    tools.map(({ serverId, serverName, definition, known }) => ({
      serverId,
      serverName,
      toolName: definition.name,
      bundled: known !== undefined,
    })),
  );
  const bundledNames = new Set<string>(bundled.map(({ serverId }) => serverId));
  const serverNames = [...new Set([...bundledNames, ...servers.map(({ name }) => name)])];
  const prefixes = serverNames.map((name) => ({ name, prefix: `${cleanedName(name)}_` }));
  return tools.map((tool, index) => {
    const { serverId, serverName, definition, known } = tool;
    // No server may be registered under a bundled name now. One that was keeps its tools apart from the bundled ones.
    const place = known === undefined && bundledNames.has(serverName) ? serverId : serverName;
    const own = isOfAnother(definition.name, serverName, prefixes) ? undefined : definition.name;
    return {
      ...tool,
      names: { qualified: `${place}/${definition.name}`, own, model: models[index] ?? definition.name },
    };
  });
}

/**
 * True for a name that reads like a tool of another server. A server chooses the names of its tools. It must not get a tool under
 * a policy that was written for the tools of another.
 */
function isOfAnother(
  own: string,
  serverName: string,
  servers: readonly { readonly name: string; readonly prefix: string }[],
): boolean {
  if (own.includes('/')) return true;
  return servers.some(({ name, prefix }) => name !== serverName && own.startsWith(prefix));
}

type ToolSource<Definition extends ListedName> = Omit<NamedTool<Definition>, 'names'>;

function bundledSource(tool: BundledToolDefinition): ToolSource<BundledToolDefinition> {
  const { serverId, effect, idempotent } = tool;
  return { serverId, serverName: serverId, definition: tool, known: { effect, idempotent } };
}

function externalSources<Definition extends ListedName>({
  id,
  name,
  tools,
}: ToolServer<Definition>): ToolSource<Definition>[] {
  return (tools ?? [])
    .filter(({ missing }) => !missing)
    .map((definition) => ({ serverId: id, serverName: name, definition, known: undefined }));
}
