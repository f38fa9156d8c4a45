import { literalPrefix } from '../name-globs.ts';
import { indexToolNames } from '../tool-name-index.ts';
import { cleanedName, type ToolNames } from '../tool-names.ts';
import { globProblem } from './glob-problem.ts';

/** A tool of a tenant, with the server that offers it. */
interface OfferedTool {
  readonly names: ToolNames;
  readonly serverName: string;
}

/** A server of a tenant. Its tools are unknown until it is discovered. */
export interface ToolServerName {
  readonly name: string;
  readonly discovered: boolean;
}

/** The tools that a glob names now. */
export type GlobReach =
  | { readonly kind: 'matches'; readonly tools: readonly string[] }
  /** It names none, but a server that is to come may have such a tool. */
  | { readonly kind: 'awaited'; readonly warning: string }
  /** There is no such tool, and none is to come. */
  | { readonly kind: 'unknown'; readonly message: string }
  /** It is no glob. */
  | { readonly kind: 'malformed'; readonly message: string };

/** So many names are listed to somebody who has misspelt one. */
const MOST_LISTED = 20;

/**
 * @param tools all tools of the tenant
 * @param index their names. A caller that looks up several globs makes it once
 */
export function reachOf(
  glob: string,
  tools: readonly OfferedTool[],
  servers: readonly ToolServerName[],
  index = indexToolNames(tools.map(({ names }) => names)),
): GlobReach {
  const matched = index.matching(glob).flatMap((tool) => tools[tool] ?? []);
  if (matched.length > 0) return { kind: 'matches', tools: qualifiedNames(matched) };
  const problem = globProblem(glob);
  if (problem !== undefined) return { kind: 'malformed', message: problem };
  const place = placeOf(glob, servers);
  if (place.kind === 'known') {
    const there = tools.filter(({ serverName }) => serverName === place.server);
    return {
      kind: 'unknown',
      message: `The server ${place.server} has no tool "${glob}". It has ${listedNames(qualifiedNames(there))}.`,
    };
  }
  if (place.kind === 'awaited') {
    const warning = `No tool is called "${glob}" now. It will apply to tools of that name once their server is discovered.`;
    return { kind: 'awaited', warning };
  }
  return {
    kind: 'unknown',
    message: `No tool is called "${glob}". There are ${listedNames(qualifiedNames(tools))}. For a tool of a server that is not connected yet, write "server/tool".`,
  };
}

type Place =
  | { readonly kind: 'known'; readonly server: string }
  | { readonly kind: 'awaited' }
  /** It is a plain name, which tells no server from its tool. */
  | { readonly kind: 'nowhere' };

/** Tells where a tool would be that a glob names. */
function placeOf(glob: string, servers: readonly ToolServerName[]): Place {
  const slash = glob.indexOf('/');
  const prefix = literalPrefix(slash === -1 ? glob : glob.slice(0, slash));
  const wild = prefix.length < (slash === -1 ? glob.length : slash);
  const named = servers
    .filter(({ name }) => (slash === -1 ? prefix.startsWith(`${cleanedName(name)}_`) : !wild && name === prefix))
    .sort((a, b) => b.name.length - a.name.length)[0];
  if (named !== undefined) return named.discovered ? { kind: 'known', server: named.name } : { kind: 'awaited' };
  return slash !== -1 || wild ? { kind: 'awaited' } : { kind: 'nowhere' };
}

function qualifiedNames(tools: readonly OfferedTool[]): string[] {
  return tools.map(({ names }) => names.qualified).sort();
}

/** Names of tools for a sentence, not too many of them. */
export function listedNames(names: readonly string[]): string {
  const rest = names.length - MOST_LISTED;
  const more = rest > 0 ? ` and ${rest} more (GET /v1/mcp/tools)` : '';
  return (names.slice(0, MOST_LISTED).join(', ') || 'none') + more;
}
