import type { McpToolDefinition } from '../domain/mcp-tool.ts';

/** How an MCP server is reached. `auth` is the value of the Authorization header (HTTP) and is never stored in the clear. */
export type McpTransport =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env?: Record<string, string>;
    }
  | { readonly kind: 'streamable-http' | 'sse'; readonly url: string; readonly auth?: string };

export interface McpServer {
  /** `mcp_…` */
  readonly id: string;
  readonly name: string;
  readonly transport: McpTransport;
}

export interface ToolInvocation {
  readonly server: McpServer;
  readonly toolName: string;
  /** Of the definition that was discovered: an external server that defines it otherwise by now is not called. */
  readonly pinnedHash?: string;
  readonly args: Record<string, unknown>;
  readonly timeoutMs: number;
  /** Results longer than this many UTF-8 bytes are cut at a character boundary. */
  readonly maxResultBytes: number;
  /** Of a result that is cut, so many UTF-8 bytes are returned besides. */
  readonly maxWholeBytes: number;
  readonly signal: AbortSignal;
}

export interface ToolResult {
  /** What the model reads. */
  readonly output: string;
  readonly isError: boolean;
  /** Number of result items: of `results` in the structured content where there is one, else of content blocks. */
  readonly items: number;
  /** UTF-8 bytes before the cut. */
  readonly bytes: number;
  readonly truncated: boolean;
  /** Of a truncated result all of it; one longer than `maxWholeBytes` is cut there and says so. */
  readonly whole?: string;
}

export type ToolFailureType =
  | 'tool.timed_out'
  | 'tool.server_unreachable' // could not start or connect: nothing was dispatched
  | 'tool.server_crashed' // the connection closed while the call was in flight
  | 'tool.server_error' // the server answered with a protocol error
  | 'tool.definition_changed' // not the tool that was pinned: not called
  | 'tool.aborted';

/** The one error `callTool` throws. */
export class ToolCallError extends Error {
  readonly type: ToolFailureType;
  /** True when the call certainly had no effect (it was never sent, or the server refused it). */
  readonly noEffect: boolean;
  constructor(type: ToolFailureType, message: string, noEffect: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'ToolCallError';
    this.type = type;
    this.noEffect = noEffect;
  }
}

export interface ToolConnections {
  /** Lists the tools of a server. @throws ToolCallError */
  discover(server: McpServer, timeoutMs: number): Promise<readonly McpToolDefinition[]>;
  /** @throws ToolCallError */
  call(invocation: ToolInvocation): Promise<ToolResult>;
  /** Closes every connection and ends every child process. */
  close(): Promise<void>;
}
