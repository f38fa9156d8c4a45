import type { Tx } from '../../db/database.ts';
import { inOneMessage } from '../../db/one-message.ts';
import { type SessionTools as ToolsOfSession, toolsOfSession } from '../../db/queries/session-settings.ts';
import { toolSources, toolSourcesVersion } from '../../db/queries/tool-source.ts';
import { offeredTools } from '../../domain/offered-tools.ts';
import { SESSION_READ } from '../../domain/reading-back.ts';
import { createSizedCache } from '../../domain/sized-cache.ts';
import { countTokens } from '../../domain/tokens.ts';
import { triedSources } from '../../domain/tool-policy/tried-policy.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { buildToolCatalog, type CatalogTool } from '../../mcp/listing/tool-catalog.ts';
import { toolBytesBound } from '../../models/request-bound.ts';

/** The tools of a session, and their size in the prompt. `byName` also has the tools that policy forbids. */
export interface SessionCatalog {
  readonly tools: readonly CatalogTool[];
  readonly byName: ReadonlyMap<string, CatalogTool>;
  readonly definitionTokens: number;
  readonly definitionBytes: number;
  /** UTF-8 bytes of the definitions of all tools in `byName`, as JSON. */
  readonly allDefinitionBytes: number;
}

/** So much of a hash tells the definitions of one tenant apart. With a thousand tools, each turn stores 11 KB of pins. */
const PIN_CHARACTERS = 8;

/** The short hashes by which a turn remembers the tools that its prompt was sized with. */
export function pinsOf(catalog: SessionCatalog): readonly string[] {
  return catalog.tools.map(pinOf);
}

/**
 * The present catalog without the tools that the turn was not sized with. A tool that was connected or changed while the
 * turn waited is for the next turn: with it, the request would be larger than what is reserved, for every model.
 */
export function pinnedTo(catalog: SessionCatalog, pins: readonly string[] | null): SessionCatalog {
  if (pins === null) return catalog;
  const known = new Set(pins);
  return { ...catalog, tools: catalog.tools.filter((tool) => known.has(pinOf(tool))) };
}

/** True when the model is offered the tool with which an agent reads what its prompt leaves out. */
export function offersReadingBack({ tools }: Pick<SessionCatalog, 'tools'>): boolean {
  return tools.some(({ name, bundled, standing }) => name === SESSION_READ && bundled && standing.verdict === 'allow');
}

/** The same for a session in the course of a turn. */
export async function isReadingBackOffered(tx: Tx, sessionTools: SessionTools, sessionId: string): Promise<boolean> {
  const { session, version } = await inOneMessage({
    session: toolsOfSession(tx, sessionId),
    version: toolSourcesVersion(tx, sessionId),
  });
  return session !== undefined && offersReadingBack(await sessionTools.catalog(tx, session, version));
}

function pinOf(tool: CatalogTool): string {
  return tool.hash.slice(0, PIN_CHARACTERS);
}

/** Some catalogs are kept: most sessions of a tenant have the same, and each costs a token count of every definition. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** The objects of a definition take some times the bytes of its JSON. */
const OBJECTS_OF_DEFINITIONS = 4;

export interface SessionTools {
  /**
   * @param version the answer of `toolSourcesVersion` for the session in this transaction
   */
  catalog(tx: Tx, session: ToolsOfSession, version: string): Promise<SessionCatalog>;
}

export function createSessionTools(): SessionTools {
  const kept = createSizedCache<SessionCatalog>({
    maxBytes: KEPT_BYTES,
    bytesOf: ({ allDefinitionBytes }) => OBJECTS_OF_DEFINITIONS * allDefinitionBytes,
  });
  return {
    async catalog(tx, { agentId, tools: globs, replay }, version) {
      // The version names the policies that concern the agent, so agents with the same ones share a catalog.
      const tried = replay?.policy;
      const key = JSON.stringify([tx.tenantId, globs, version, tried]);
      const known = kept.get(key);
      if (known !== undefined) return known;
      const sources = await toolSources(tx, agentId);
      const catalog = sized(
        buildToolCatalog({
          ...sources,
          ...(tried && triedSources(tried, sources.settings)),
          bundled: bundledTools(),
          globs,
        }),
      );
      kept.set(key, catalog);
      return catalog;
    },
  };
}

function sized(tools: readonly CatalogTool[]): SessionCatalog {
  const offered = offeredTools(tools.filter((tool) => tool.standing.verdict !== 'deny'));
  const definitionOf = ({ name, description, inputSchema }: CatalogTool) => ({ name, description, inputSchema });
  return {
    tools: offered,
    byName: new Map(tools.map((tool) => [tool.name, tool])),
    definitionTokens: offered.reduce((sum, tool) => sum + countTokens(JSON.stringify(definitionOf(tool))), 0),
    definitionBytes: offered.reduce((sum, tool) => sum + toolBytesBound(definitionOf(tool)), 0),
    allDefinitionBytes: tools.reduce((sum, { definitionBytes }) => sum + definitionBytes, 0),
  };
}
