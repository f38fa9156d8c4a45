import type { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { ErrorCode, ListToolsResultSchema, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { McpToolDefinition } from '../domain/mcp-tool.ts';
import { storableText } from '../domain/storable-text.ts';
import { type CallWatch, UNTIMED_MS } from './call-watch.ts';
import { definitionHash } from './definition-hash.ts';

/** Every turn pays for each of them in tokens; a list that never ends is an error of the server. */
const MAX_TOOLS = 1_000;

/**
 * Of a definition as JSON: some 8,000 tokens, and 30 times the largest of three official servers. One that fills a prompt
 * by itself would end every session of the tenant as too long, and nothing would say which tool it was.
 */
const MAX_DEFINITION_BYTES = 32 * 1024;

/** All tools a server lists, page by page, in its order. */
export async function discoverTools(client: Client, call: CallWatch): Promise<McpToolDefinition[]> {
  const tools: McpToolDefinition[] = [];
  let cursor: string | undefined;
  do {
    // Not client.listTools: it compiles every output schema a server sends.
    const page = await client.request(
      { method: 'tools/list', params: cursor === undefined ? {} : { cursor } },
      ListToolsResultSchema,
      { signal: call.signal, timeout: UNTIMED_MS },
    );
    for (const tool of page.tools) {
      const definition = storable({
        name: tool.name,
        description: tool.description ?? '',
        inputSchema: tool.inputSchema,
      });
      const bytes = Buffer.byteLength(JSON.stringify(definition));
      if (bytes > MAX_DEFINITION_BYTES) {
        throw new McpError(
          ErrorCode.InternalError,
          `the definition of its tool "${definition.name}" has ${bytes} bytes, more than ${MAX_DEFINITION_BYTES}`,
        );
      }
      tools.push({ ...definition, hash: definitionHash(definition) });
    }
    if (tools.length > MAX_TOOLS) {
      throw new McpError(ErrorCode.InternalError, `it lists more than ${MAX_TOOLS} tools`);
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}

/** The same with texts that jsonb accepts, and as it will be read back: the hash must hold after a round trip. */
function storable<T>(definition: T): T {
  const clean = (_key: string, value: unknown) => (typeof value === 'string' ? storableText(value) : value);
  return JSON.parse(JSON.stringify(definition, clean));
}
