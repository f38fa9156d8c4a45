/** A tool as its MCP server defines it. */
export interface McpToolDefinition {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: Record<string, unknown>;
  /** SHA-256 (hex) of name, description and schema in canonical JSON: the pin that shows drift. */
  readonly hash: string;
}
