import type { Tx } from '../../db/database.ts';
import { inOneMessage } from '../../db/one-message.ts';
import { listMcpServers } from '../../db/queries/mcp-server.ts';
import { listToolPolicies } from '../../db/queries/tool-policy.ts';
import { countTokens } from '../../domain/tokens.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { buildToolCatalog, type CatalogTool } from '../../mcp/tool-catalog.ts';
import { toolBytesBound } from '../../models/request-bound.ts';

/** What a session may call, with its size in the prompt. */
export interface SessionCatalog {
  readonly tools: readonly CatalogTool[];
  readonly byName: ReadonlyMap<string, CatalogTool>;
  readonly definitionTokens: number;
  readonly definitionBytes: number;
}

/** Enough of a hash to tell the definitions of one tenant apart: with a thousand tools each turn stores 11 KB of them. */
const PIN_CHARACTERS = 8;

/** What a turn keeps of the tools that its prompt was sized with. */
export function pinsOf(catalog: SessionCatalog): readonly string[] {
  return catalog.tools.map(pinOf);
}

/**
 * The catalog of now, offering no more than the turn was sized with: what was connected or changed while it waited is for the
 * next one. Its request would be larger than what is reserved for it, with every model.
 */
export function pinnedTo(catalog: SessionCatalog, pins: readonly string[] | null): SessionCatalog {
  if (pins === null) return catalog;
  const known = new Set(pins);
  return { ...catalog, tools: catalog.tools.filter((tool) => known.has(pinOf(tool))) };
}

function pinOf(tool: CatalogTool): string {
  return tool.hash.slice(0, PIN_CHARACTERS);
}

/** Catalogs are the same for most sessions of a tenant and cost a token count of every definition: a few are kept. */
const KEPT_CATALOGS = 64;

export interface SessionTools {
  /**
   * @param globs the run's `tools` filter; null offers all.
   * @param version what `toolSourcesVersion` says in this transaction
   */
  catalog(tx: Tx, globs: readonly string[] | null, version: string): Promise<SessionCatalog>;
}

export function createSessionTools(): SessionTools {
  const kept = new Map<string, SessionCatalog>();
  return {
    async catalog(tx, globs, version) {
      const key = JSON.stringify([tx.tenantId, globs, version]);
      const known = kept.get(key);
      if (known !== undefined) return known;
      const { servers, policies } = await inOneMessage({ servers: listMcpServers(tx), policies: listToolPolicies(tx) });
      const catalog = sized(buildToolCatalog({ bundled: bundledTools(), servers, policies, globs }));
      const oldest = kept.keys().next();
      if (kept.size >= KEPT_CATALOGS && !oldest.done) kept.delete(oldest.value);
      kept.set(key, catalog);
      return catalog;
    },
  };
}

function sized(tools: readonly CatalogTool[]): SessionCatalog {
  const offered = tools.filter((tool) => tool.allowed);
  const definitionOf = ({ name, description, inputSchema }: CatalogTool) => ({ name, description, inputSchema });
  return {
    tools: offered,
    byName: new Map(tools.map((tool) => [tool.name, tool])),
    definitionTokens: offered.reduce((sum, tool) => sum + countTokens(JSON.stringify(definitionOf(tool))), 0),
    definitionBytes: offered.reduce((sum, tool) => sum + toolBytesBound(definitionOf(tool)), 0),
  };
}
