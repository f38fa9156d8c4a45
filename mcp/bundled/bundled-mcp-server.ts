import {
  fromJsonSchema,
  type JsonSchemaValidator,
  type jsonSchemaValidator,
  McpServer,
} from '@modelcontextprotocol/server';
import type { Database } from '../../db/database.ts';
import { mistake, type ToolScope } from './bundled-tool.ts';
import { type BundledServerName, bundledTools } from './bundled-tools.ts';
import { runBundledTool } from './run-bundled-tool.ts';

/** On behalf of one agent, for which whoever connects the server to a client vouches. */
export interface BundledMcpServerDeps {
  readonly database: Database;
  readonly tenantId: string;
  readonly scope: ToolScope;
  /** A request of MCP has no id that outlives its connection: each is a call of its own. */
  readonly newToolCallId: () => string;
  readonly warn: (message: string, error: unknown) => void;
}

/** The tool itself checks its arguments, and answers mistakes in words that a model can act on. */
const checkedByTheTool: jsonSchemaValidator = {
  getValidator<T>(): JsonSchemaValidator<T> {
    return (input: unknown) => ({ valid: true, data: input as T, errorMessage: undefined }); // the tool parses it
  },
};

/**
 * A bundled server as MCP clients see one. Sessions do not come this way: they run the same tools in the transaction that
 * stores the result (activities/call-tools/call-bundled-tool.ts).
 */
export function createBundledMcpServer(name: BundledServerName, deps: BundledMcpServerDeps): McpServer {
  const { database, tenantId, scope, newToolCallId, warn } = deps;
  const server = new McpServer({ name, version: '1.0.0' });
  const offered = bundledTools().filter(({ serverId }) => serverId === name);
  for (const { name: toolName, description, inputSchema: schema, effect } of offered) {
    const annotations = { readOnlyHint: effect === 'read' };
    const inputSchema = fromJsonSchema<Record<string, unknown>>(schema, checkedByTheTool);
    server.registerTool(toolName, { description, inputSchema, annotations }, async (args) => {
      const call = { serverId: name, toolName, args, toolCallId: newToolCallId(), scope };
      return database
        .transaction(tenantId, (tx) => runBundledTool(tx, call))
        .catch((error: unknown) => {
          // McpServer would show the model what is thrown here (I10).
          warn(`The bundled tool ${name}/${toolName} failed.`, error);
          return mistake(`The ${name} can't be used right now.`);
        });
    });
  }
  return server;
}
