import { readFileSync } from 'node:fs';
import type { ToolEffect } from '../../contract/mcp.ts';
import { hostileServerCommand, startHostileHttpServer } from '../fixtures/mcp/hostile-server-command.ts';
import type { ApiClient } from './client.ts';

/** The hostile MCP server, connected as a user would connect it, with its own policy. */
export interface ToolServer {
  readonly id: string;
  readonly name: string;
  /** The name of a tool as models see it. */
  tool(name: string): string;
}

/** The same server, over HTTP. The test has to close it. */
export interface HttpToolServer extends ToolServer {
  close(): Promise<void>;
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
  return register(client, { name, effect, idempotent }, { transport: 'stdio', command, args });
}

/**
 * Starts the server for connections over HTTP, over which a form says which call it belongs to, and connects it. Any tenant may do
 * that.
 */
export async function connectHttpToolServer(
  client: ApiClient,
  options: { readonly name: string; readonly effect: ToolEffect; readonly idempotent: boolean },
): Promise<HttpToolServer> {
  const server = await startHostileHttpServer();
  const url = `http://127.0.0.1:${server.port}/mcp`;
  const tools = await register(client, options, { transport: 'streamable-http', url }).catch(async (error: unknown) => {
    await server.kill();
    throw error;
  });
  return { ...tools, close: () => server.kill() };
}

async function register(
  client: ApiClient,
  { name, effect, idempotent }: { readonly name: string; readonly effect: ToolEffect; readonly idempotent: boolean },
  transport: object,
): Promise<ToolServer> {
  const { id } = await client.call<{ id: string }>('POST', '/v1/mcp/servers', { name, ...transport });
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
