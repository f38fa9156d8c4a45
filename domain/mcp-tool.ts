import type { WithheldReason } from '../contract/mcp.ts';

/** A tool as its MCP server defines it. */
export interface McpToolDefinition {
  readonly name: string;
  readonly description: string;
  /** In a form that a validator and every provider take, see `usableSchema`. */
  readonly inputSchema: Record<string, unknown>;
  /** SHA-256 (hex) of name, description and schema as the server sent them, in canonical JSON: the pin that shows drift. */
  readonly hash: string;
  /** What the server sent, where `inputSchema` is another form of it. */
  readonly sentSchema?: unknown;
  /** How `inputSchema` differs from what the server sent. Absent: it does not. */
  readonly repairs?: readonly string[] | undefined;
}

/** A part of a listing that is left out. */
export interface WithheldTool {
  /** The name of the tool, or its place in the list (`#3`) where it has none. */
  readonly tool: string;
  readonly reason: WithheldReason;
  /** A sentence that says what is wrong with it. */
  readonly message: string;
}

/** What a server answers when it is asked for its tools. */
export interface ToolListing {
  readonly tools: readonly McpToolDefinition[];
  readonly withheld: readonly WithheldTool[];
  /** What is odd about the listing as a whole, a sentence each. */
  readonly warnings: readonly string[];
  /** False if the server lists more than was read. A tool that is not in it may exist all the same. */
  readonly complete: boolean;
}
