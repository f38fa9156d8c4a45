import type { Client } from '@modelcontextprotocol/client';
import type { McpToolDefinition, ToolListing, WithheldTool } from '../../domain/mcp-tool.ts';
import { MOST_OFFERED_BYTES, MOST_OFFERED_TOOLS } from '../../domain/offered-tools.ts';
import { storableJson } from '../../domain/storable-text.ts';
import type { UsableSchema } from '../../domain/tool-schema/usable-schema.ts';
import type { CallWatch } from '../calls/call-watch.ts';
import { type ListedTool, listedEntry } from './listed-entry.ts';
import { readToolPages, type ToolPages } from './read-tool-pages.ts';

/** Every turn pays tokens for each tool. A longer list is kept in part: its first tools. */
const MAX_TOOLS = 1_000;
/**
 * UTF-8 bytes of the definitions of one server as JSON. The catalog of a tenant is read with all of them. A thousand tools of
 * real servers have half of that.
 */
const MAX_SERVER_BYTES = 2 * 1024 * 1024;
/** Tools that are withheld are named, up to so many. */
const MAX_WITHHELD = 100;
/** Reads the input schema of a tool where that can be ended: a server may list one that takes for ever to check. */
export type ReadSchema = (sent: unknown) => Promise<UsableSchema>;

/** Reads all tools that a server lists, in its order, and says which ones can't be offered. */
export async function discoverTools(client: Client, call: CallWatch, readSchema: ReadSchema): Promise<ToolListing> {
  return listingOf(await readToolPages(client, call), readSchema);
}

async function listingOf({ entries, warnings, complete }: ToolPages, readSchema: ReadSchema): Promise<ToolListing> {
  const tools: McpToolDefinition[] = [];
  const withheld: WithheldTool[] = [];
  const names = new Set<string>();
  let tooMany = 0;
  let bytes = 0;
  for (const [index, entry] of entries.entries()) {
    if (tools.length === MAX_TOOLS) {
      tooMany = entries.length - index;
      break;
    }
    const listed = listedEntry(entry, index + 1);
    if (listed.kind === 'withheld') {
      withheld.push(listed.withheld);
      continue;
    }
    const { tool } = listed;
    if (names.has(tool.name)) {
      withheld.push({ tool: tool.name, reason: 'listed_twice', message: 'It is listed twice. The first one is used.' });
      continue;
    }
    names.add(tool.name);
    const defined = definitionOf(tool, await readSchema(tool.sentSchema));
    if (defined.kind === 'defined') {
      const definitionBytes = Buffer.byteLength(JSON.stringify(defined.definition));
      if (bytes + definitionBytes > MAX_SERVER_BYTES) {
        const message = `Its definition has ${definitionBytes} bytes, and those before it have ${bytes} of the ${MAX_SERVER_BYTES} that one server may have.`;
        withheld.push({ tool: tool.name, reason: 'too_large', message });
        continue;
      }
      bytes += definitionBytes;
      tools.push(defined.definition);
    } else withheld.push({ tool: tool.name, reason: defined.reason, message: defined.why });
  }
  const unnamed = withheld.length - MAX_WITHHELD;
  return {
    tools,
    withheld: withheld.slice(0, MAX_WITHHELD),
    warnings: [
      ...warnings,
      ...(tooMany > 0 ? [`It lists ${tooMany} tools more than ${MAX_TOOLS}. The first ${MAX_TOOLS} are kept.`] : []),
      ...(tools.length > MOST_OFFERED_TOOLS
        ? [
            `It has ${tools.length} tools, and a model is offered at most ${MOST_OFFERED_TOOLS}. A run that names its tools gets those.`,
          ]
        : []),
      ...(bytes > MOST_OFFERED_BYTES
        ? [
            `The definitions of its tools have ${bytes} bytes, and a model is offered at most ${MOST_OFFERED_BYTES}. A run that names its tools gets those.`,
          ]
        : []),
      ...(unnamed > 0 ? [`${unnamed} more tools are withheld that are not named here.`] : []),
    ],
    complete: complete && tooMany === 0,
  };
}

export type DefinedTool =
  | { readonly kind: 'defined'; readonly definition: McpToolDefinition }
  | { readonly kind: 'unusable'; readonly reason: 'unusable_schema' | 'costly_schema'; readonly why: string };

/** The definition of a listed tool as it is stored, with a schema that can be used. */
export function definitionOf({ name, description, sentSchema, hash }: ListedTool, usable: UsableSchema): DefinedTool {
  if (usable.kind === 'unusable') return usable;
  const { schema: inputSchema, repairs } = usable;
  const definition = { name, description, inputSchema, hash };
  if (repairs.length === 0) return { kind: 'defined', definition };
  return { kind: 'defined', definition: { ...definition, repairs, sentSchema: storableJson(sentSchema ?? null) } };
}
