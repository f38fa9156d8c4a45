import { type JsonDifference, jsonDifferences } from '../../domain/json-differences.ts';
import type { McpToolDefinition, SentDefinition, ToleratedChange, ToolListing } from '../../domain/mcp-tool.ts';
import { storableJson } from '../../domain/storable-text.ts';
import type { ToolStanding } from '../../domain/tool-verdict.ts';
import { PIN_RULE } from '../../domain/tool-verdict.ts';
import { hashWithout } from './definition-hash.ts';

/** Tools that a server once listed and lists no more are remembered, up to so many. */
const MOST_MISSING = 1_000;

/** The pin of a tool, which the definition as it was listed is compared with. */
export interface Pin {
  readonly hash: string;
  readonly tolerated?: ToleratedChange | undefined;
}

/** True if a listed tool is the one that was pinned, but for what may change of it. */
export function isPinned(name: string, listed: SentDefinition, { hash, tolerated }: Pin): boolean {
  if (listed.hash === hash) return true;
  return tolerated !== undefined && hashWithout(sentParts(name, listed), tolerated.paths) === tolerated.hash;
}

/**
 * The pins of a server after a listing. A new tool is pinned as it is. One that is defined otherwise keeps its pin, and with
 * it what models are shown, and is quarantined. One that came back as it was is not any more.
 */
export function pinsAfter(
  pinned: readonly McpToolDefinition[],
  { tools, withheld, complete }: ToolListing,
  now: Date,
): McpToolDefinition[] {
  const known = new Map(pinned.map((tool) => [tool.name, tool]));
  const listed = new Set(tools.map(({ name }) => name));
  const unusable = new Set(withheld.map(({ tool }) => tool));
  const present = tools.map((tool) => {
    const pin = known.get(tool.name);
    return pin === undefined ? tool : pinAfter(pin, tool, now);
  });
  const gone = pinned
    .filter(({ name }) => !listed.has(name))
    .map((tool) => (complete || unusable.has(tool.name) ? { ...tool, missing: true as const } : tool));
  return [...present, ...gone.slice(0, MOST_MISSING)];
}

function pinAfter(pin: McpToolDefinition, listed: McpToolDefinition, now: Date): McpToolDefinition {
  const { drift, missing: _missing, ...kept } = pin;
  // The same definition is read anew, since a later version may repair its schema better.
  if (listed.hash === pin.hash) return { ...listed, tolerated: pin.tolerated };
  if (isPinned(pin.name, sentOf(listed), pin)) return kept;
  return drifted({ ...kept, drift }, sentOf(listed), now);
}

/** The pinned tool, in quarantine because its server defines it otherwise. */
export function drifted(pin: McpToolDefinition, found: SentDefinition, now: Date): McpToolDefinition {
  const { description, sentSchema = null, hash } = found;
  const { drift } = pin;
  if (drift?.hash === hash) return pin;
  const since = drift?.since ?? now.toISOString();
  const seen = { description, sentSchema: storableJson(sentSchema), hash };
  return { ...pin, drift: { ...seen, since, times: (drift?.times ?? 0) + 1 } };
}

/** The pin of a definition of which these parts may change. */
export function tolerating(definition: McpToolDefinition, paths: readonly string[]): McpToolDefinition {
  if (paths.length === 0) return { ...definition, tolerated: undefined };
  const hash = hashWithout(sentParts(definition.name, sentOf(definition)), paths);
  return { ...definition, tolerated: { paths, hash } };
}

/** The differences that an admin has to look at before a changed definition is accepted. */
export function driftOf(tool: McpToolDefinition): JsonDifference[] {
  if (tool.drift === undefined) return [];
  const { name: _before, ...before } = sentParts(tool.name, sentOf(tool));
  const { name: _after, ...after } = sentParts(tool.name, tool.drift);
  return jsonDifferences(before, after);
}

/** The verdict on calls of the tool: a quarantine goes before every policy. */
export function standingOf(tool: McpToolDefinition, byPolicy: ToolStanding): ToolStanding {
  return tool.drift === undefined ? byPolicy : { verdict: 'deny', rule: PIN_RULE };
}

/** The definition as its server sent it. */
function sentOf({ description, inputSchema, sentSchema = inputSchema, hash }: McpToolDefinition): SentDefinition {
  return { description, sentSchema, hash };
}

function sentParts(name: string, { description, sentSchema }: SentDefinition) {
  // A tool without a schema is stored with null, which JSON can hold.
  return { name, description, inputSchema: storableJson(sentSchema ?? null) };
}
