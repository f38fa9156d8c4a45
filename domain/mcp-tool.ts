import type { WithheldReason } from '../contract/mcp.ts';

/** The part of a tool's definition that a model acts on, as its server sent it. */
export interface SentDefinition {
  readonly description: string;
  readonly sentSchema?: unknown;
  /** SHA-256 (hex) of name, description and schema as the server sent them, in canonical JSON: the pin that shows drift. */
  readonly hash: string;
}

/** Another definition of a pinned tool, which nobody has accepted. Nothing of it reaches a model. */
export interface ToolDrift extends SentDefinition {
  /** RFC 3339: when the server was first seen to define the tool otherwise. */
  readonly since: string;
  /** The number of other definitions that were seen since. A tool that changes at every listing has many. */
  readonly times: number;
}

/** The parts of a pinned tool that may change: JSON Pointers, and the hash of the definition without those parts. */
export interface ToleratedChange {
  readonly paths: readonly string[];
  readonly hash: string;
}

/** A tool of an MCP server as it was pinned. */
export interface McpToolDefinition extends SentDefinition {
  readonly name: string;
  /** The schema in a form that a validator and every provider take, see `usableSchema`. */
  readonly inputSchema: Record<string, unknown>;
  /** The schema that the server sent, where `inputSchema` is another form of it. */
  readonly sentSchema?: unknown;
  /** The differences between `inputSchema` and what the server sent. Absent: there are none. */
  readonly repairs?: readonly string[] | undefined;
  readonly tolerated?: ToleratedChange | undefined;
  /** Its server defines it otherwise by now: it is not called until an admin has accepted that. */
  readonly drift?: ToolDrift | undefined;
  /** Its server does not list it any more. Its pin is kept, so that it cannot come back as another tool. */
  readonly missing?: true | undefined;
}

/** A part of a listing that is left out. */
export interface WithheldTool {
  /** The name of the tool, or its place in the list (`#3`) where it has none. */
  readonly tool: string;
  readonly reason: WithheldReason;
  /** A sentence that says what is wrong with it. */
  readonly message: string;
}

/** The answer of a server that is asked for its tools. */
export interface ToolListing {
  readonly tools: readonly McpToolDefinition[];
  readonly withheld: readonly WithheldTool[];
  /** The oddities of the listing as a whole, a sentence each. */
  readonly warnings: readonly string[];
  /** False if the server lists more than was read. A tool that is not in it may exist all the same. */
  readonly complete: boolean;
}
