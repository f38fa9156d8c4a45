import { z } from 'zod';
import type { McpToolDefinition } from '../../domain/mcp-tool.ts';
import { definitionHash } from '../listing/definition-hash.ts';
import type { BundledTool, BundledToolEffect } from './bundled-tool.ts';
import { memoryTools } from './memory-tools.ts';
import { sessionTools } from './session-tools.ts';
import { skillTools } from './skill-tools.ts';
import { workspaceTools } from './workspace-tools.ts';

/** The bundled servers with their tools. */
const bundledServers = {
  memory: memoryTools,
  session: sessionTools,
  skills: skillTools,
  workspace: workspaceTools,
} as const;

export type BundledServerName = keyof typeof bundledServers;

export interface BundledToolDefinition extends McpToolDefinition {
  readonly serverId: BundledServerName;
  /** Facts, unlike what an external server says of its tools: every write commits its key with its effect (I5). */
  readonly effect: BundledToolEffect;
  readonly idempotent: true;
}

let made: readonly BundledToolDefinition[] | undefined;

/** The definitions in a fixed order. They are made at the first call and kept, because that takes 1 ms, and requests need them. */
export function bundledTools(): readonly BundledToolDefinition[] {
  made ??= (['memory', 'session', 'skills', 'workspace'] as const).flatMap(definitions);
  return made;
}

export function findBundledTool(serverId: string, toolName: string): BundledTool | undefined {
  const known: Readonly<Record<string, readonly BundledTool[]>> = bundledServers;
  return Object.hasOwn(known, serverId) ? known[serverId]?.find((tool) => tool.name === toolName) : undefined;
}

function definitions(serverId: BundledServerName): BundledToolDefinition[] {
  return bundledServers[serverId].map(({ name, description, inputSchema, effect }) => {
    const schema = z.toJSONSchema(inputSchema, { target: 'draft-7', io: 'input' }) as Record<string, unknown>; // a schema of an object
    const definition = { name, description, inputSchema: schema };
    return { ...definition, hash: definitionHash(definition), serverId, effect, idempotent: true };
  });
}
