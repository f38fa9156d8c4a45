import { z } from 'zod';
import type { ToolEffect } from '../../contract/mcp.ts';
import { memoryBlockSchema } from '../../contract/memory.ts';
import type { McpToolDefinition } from '../../domain/mcp-tool.ts';
import { definitionHash } from '../definition-hash.ts';

export type BundledServerName = 'workspace' | 'memory';

const limitSchema = z.number().int().min(1).max(50).default(10).describe('How many results at most.');
const querySchema = z.string().min(1).max(1_000).describe('Words to look for. Beginnings of words match too.');
const nameSchema = z.string().min(1).max(200).describe('Name of the file, such as notes/summary.md.');

export const MAX_FILE_BYTES = 256 * 1024;
export const MAX_FACT_CHARACTERS = 4_000;

/** The tools of the bundled servers. `effect` and, since every write commits its key with its effect (I5), idempotence are facts. */
export const workspaceTools = {
  list: {
    description: 'Lists the files of your workspace with their size.',
    inputSchema: z.strictObject({}),
    effect: 'read',
  },
  search: {
    description: 'Searches names and contents of the files of your workspace. Best match first, with an excerpt.',
    inputSchema: z.strictObject({ query: querySchema, limit: limitSchema }),
    effect: 'read',
  },
  read: {
    description: 'Reads a file of your workspace. A long file is cut; read on with `offset`.',
    inputSchema: z.strictObject({
      name: nameSchema,
      offset: z.number().int().min(0).default(0).describe('Byte to start at.'),
    }),
    effect: 'read',
  },
  write: {
    description: 'Writes a file of your workspace; an existing one is replaced as a whole. At most 256 KiB.',
    inputSchema: z.strictObject({
      name: nameSchema,
      content: z.string().max(MAX_FILE_BYTES).describe('The whole new content.'),
    }),
    effect: 'write',
  },
} as const;

export const memoryTools = {
  append: {
    description: 'Remembers a fact. You read your memory again at every turn, in later sessions too.',
    inputSchema: z.strictObject({
      fact: z.string().min(1).max(MAX_FACT_CHARACTERS).describe('One fact in a sentence or two.'),
      block: memoryBlockSchema
        .default('general')
        .describe('What it is about: human (the people you work for), project, system (how you work), general.'),
      pinned: z.boolean().default(false).describe('True for what must never be forgotten.'),
    }),
    effect: 'write',
  },
  search: {
    description: 'Searches what you remember. Best match first.',
    inputSchema: z.strictObject({ query: querySchema, limit: limitSchema }),
    effect: 'read',
  },
} as const;

/** The bundled servers reach nothing outside. */
export type BundledToolEffect = Exclude<ToolEffect, 'egress'>;

export interface BundledToolDefinition extends McpToolDefinition {
  readonly serverId: BundledServerName;
  readonly effect: BundledToolEffect;
  readonly idempotent: true;
}

/** The definitions as the bundled servers list them; without a connection, in a fixed order. Half a millisecond: call it once a process. */
export function bundledTools(): readonly BundledToolDefinition[] {
  return [...definitions('memory', memoryTools), ...definitions('workspace', workspaceTools)];
}

function definitions(
  serverId: BundledServerName,
  tools: Readonly<Record<string, { description: string; inputSchema: z.ZodType; effect: BundledToolEffect }>>,
): BundledToolDefinition[] {
  return Object.entries(tools).map(([name, { description, inputSchema, effect }]) => {
    const schema = z.toJSONSchema(inputSchema, { target: 'draft-7', io: 'input' }) as Record<string, unknown>; // a schema of an object
    const definition = { name, description, inputSchema: schema };
    return { ...definition, hash: definitionHash(definition), serverId, effect, idempotent: true };
  });
}
