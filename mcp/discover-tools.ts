import { type Client, ProtocolError, ProtocolErrorCode } from '@modelcontextprotocol/client';
import { ListToolsResultSchema } from '@modelcontextprotocol/core';
import type { McpToolDefinition } from '../domain/mcp-tool.ts';
import { storableText } from '../domain/storable-text.ts';
import { type CallWatch, UNTIMED_MS } from './call-watch.ts';
import { definitionHash } from './definition-hash.ts';
import { answerSchema } from './stateless/carried-answers.ts';

/** Every turn pays tokens for each tool. A server whose list goes on beyond this is in error. */
const MAX_TOOLS = 1_000;

/**
 * UTF-8 bytes of a definition as JSON: some 8,000 tokens, and 30 times the largest definition of three official servers. A
 * definition that fills a prompt by itself would end every session of the tenant as too long, without a word of which tool
 * it was.
 */
const MAX_DEFINITION_BYTES = 32 * 1024;

/** Reads all tools that a server lists, page by page, in the order of the server. */
export async function discoverTools(client: Client, call: CallWatch): Promise<McpToolDefinition[]> {
  const tools: McpToolDefinition[] = [];
  let cursor: string | undefined;
  do {
    // client.listTools is not used, because it compiles every output schema that a server sends.
    const page = await client.request(
      { method: 'tools/list', params: { cursor } },
      answerSchema(ListToolsResultSchema),
      {
        signal: call.signal,
        timeout: UNTIMED_MS,
      },
    );
    for (const tool of page.tools) {
      const definition = storable({
        name: tool.name,
        description: tool.description ?? '',
        inputSchema: tool.inputSchema,
      });
      const bytes = Buffer.byteLength(JSON.stringify(definition));
      if (bytes > MAX_DEFINITION_BYTES) {
        throw new ProtocolError(
          ProtocolErrorCode.InternalError,
          `the definition of its tool "${definition.name}" has ${bytes} bytes, more than ${MAX_DEFINITION_BYTES}`,
        );
      }
      tools.push({ ...definition, hash: definitionHash(definition) });
    }
    if (tools.length > MAX_TOOLS) {
      throw new ProtocolError(ProtocolErrorCode.InternalError, `it lists more than ${MAX_TOOLS} tools`);
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return tools;
}

/** The definition as it will be read back from Postgres, with texts that jsonb accepts: its hash must stay the same. */
function storable<T>(definition: T): T {
  const clean = (_key: string, value: unknown) => (typeof value === 'string' ? storableText(value) : value);
  return JSON.parse(JSON.stringify(definition, clean));
}
