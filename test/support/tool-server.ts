import { readFileSync } from 'node:fs';
import type { ToolEffect } from '../../contract/mcp.ts';
import { hostileServerCommand } from '../fixtures/mcp/hostile-server-command.ts';
import type { ApiClient } from './client.ts';

/** The hostile MCP server, connected as a user would connect it, with its own policy. */
export interface ToolServer {
  readonly id: string;
  readonly name: string;
  /** The name of a tool as models see it. */
  tool(name: string): string;
}

/** Connects the server over stdio and pins its tools. Its tool `count` writes to `counterFile`. */
export async function connectToolServer(
  client: ApiClient,
  options: {
    readonly name: string;
    readonly counterFile: string;
    readonly effect: ToolEffect;
    readonly idempotent: boolean;
  },
): Promise<ToolServer> {
  const { name, counterFile, effect, idempotent } = options;
  const { command, args } = hostileServerCommand('--counter-file', counterFile);
  const { id } = await client.call<{ id: string }>('POST', '/v1/mcp/servers', {
    name,
    transport: 'stdio',
    command,
    args,
  });
  const policy = { tool_name: `${name}_*`, allowed: true, effect, idempotent, allow_tainted: true };
  await client.call('PUT', '/v1/mcp/governance/policy', policy);
  await client.call('POST', `/v1/mcp/servers/${id}/discover`);
  return { id, name, tool: (tool) => `${name}_${tool}` };
}

/** The number of times that `count` took effect with this note. */
export function effectsOf(counterFile: string, note: string): number {
  return linesOf(counterFile).filter((line) => line === note).length;
}

function linesOf(file: string): string[] {
  try {
    return readFileSync(file, 'utf8').split('\n');
  } catch {
    return [];
  }
}
