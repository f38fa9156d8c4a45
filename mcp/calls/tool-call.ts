import type { NewImage } from '../../domain/images/image-ref.ts';
import type { ToleratedChange, ToolListing } from '../../domain/mcp-tool.ts';
import type { MediaRef } from '../../domain/media/media-ref.ts';
import type { NewFile } from '../../domain/result-file.ts';
import type { Generation } from '../stateless/generations.ts';
import type { CallCancellation } from './call-watch.ts';
import type { Elicit } from './elicitation.ts';

/**
 * The way to reach an MCP server. `auth` is the value of the Authorization header. It, `headers` and `env` are secrets: they are
 * never stored in the clear, logged or shown (I10).
 */
export type McpTransport =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env?: Readonly<Record<string, string>> | undefined;
    }
  | {
      readonly kind: 'streamable-http' | 'sse';
      readonly url: string;
      readonly auth?: string | undefined;
      readonly headers?: Readonly<Record<string, string>> | undefined;
      /** Set for a server that takes tokens of OAuth: it changes with the settings and with the account, not with each token. */
      readonly oauth?: string | undefined;
    };

export interface McpServer {
  /** The tenant that registered it. No other tenant shares its connection or its share of the pool (I8). */
  readonly tenantId: string;
  /** `mcp_…` */
  readonly id: string;
  readonly name: string;
  readonly transport: McpTransport;
  /** The generation that it was last found to speak. Absent: not known. */
  readonly generation?: Generation | undefined;
}

export interface ToolInvocation {
  readonly server: McpServer;
  readonly toolName: string;
  /** The hash of the definition that was pinned: a tool whose server defines it differently by now is not called. */
  readonly pinnedHash?: string | undefined;
  /** The parts of the definition that may have changed all the same. */
  readonly tolerated?: ToleratedChange | undefined;
  readonly args: Record<string, unknown>;
  /** Asks a person what the server wants to know in the middle of the call. Absent: the server is told that nobody answers. */
  readonly elicit?: Elicit | undefined;
  /** The same for every attempt of a call. It is handed to the server, which may know by it that a call comes again. */
  readonly idempotencyKey?: string | undefined;
  /** The span of the call, as the W3C writes it. Absent: nothing is traced. */
  readonly traceparent?: string | undefined;
  readonly timeoutMs: number;
  /** The longest time that the call may take if its server reports progress. Default: `timeoutMs`. */
  readonly longestMs?: number | undefined;
  /** The most UTF-8 bytes of a result that the model is given. A longer result is cut between two characters. */
  readonly maxResultBytes: number;
  /** The most UTF-8 bytes of a cut result that are returned as its `whole`. */
  readonly maxWholeBytes: number;
  /** False: sounds and other files of the result are named and not kept. Default: true. */
  readonly keepsFiles?: boolean | undefined;
  readonly signal: AbortSignal;
  /** Aborts when the result is stored. Large results that are not are bounded in number. */
  readonly keptUntil?: AbortSignal | undefined;
  /** The means by which the caller takes the call back. */
  readonly cancellation?: CallCancellation | undefined;
  /** Told what the server answers to a call that was given up after it was sent. Absent: such an answer is not read. */
  readonly onLateAnswer?: ((result: ToolResult) => void) | undefined;
  /**
   * Told of the bytes of each piece of an answer that belongs to this call alone. What all calls of a connection share, like the
   * output of a process, is not told.
   */
  readonly onReceived?: ((bytes: number) => void) | undefined;
}

export interface ToolResult {
  /** The text that the model reads. */
  readonly output: string;
  readonly isError: boolean;
  /** The number of items in the result: those of `results` in its structured content, or else its content blocks. */
  readonly items: number;
  /** UTF-8 bytes of the result before it was cut. */
  readonly bytes: number;
  readonly truncated: boolean;
  /** The whole text of a truncated result. If it is longer than `maxWholeBytes`, it is cut there and says so. */
  readonly whole?: string | undefined;
  /** The images of the result. Absent: none. */
  readonly images?: readonly NewImage[] | undefined;
  /** Its sounds and other files. Absent: none. */
  readonly files?: readonly NewFile[] | undefined;
  /** References to those of its images and files that a model may be shown, in the order of their lines. Absent: none. */
  readonly media?: readonly MediaRef[] | undefined;
}

export type ToolFailureType =
  | 'tool.timed_out'
  | 'tool.server_unreachable' // the server could not be started or connected to: nothing was dispatched
  | 'tool.server_unauthorized' // the server wants a credential, or another one: it ran nothing
  | 'tool.server_crashed' // the connection closed while the call was in flight
  | 'tool.server_error' // the server answered with a protocol error
  | 'tool.definition_changed' // the tool is not the one that was pinned, so it was not called
  | 'tool.cancelled' // the session was interrupted
  | 'tool.aborted'; // the process that called it ends

/** The one error that a call of a tool throws. The model may read its message, not its cause. */
export class ToolCallError extends Error {
  readonly type: ToolFailureType;
  /** True if the call certainly had no effect: it was never sent, was refused by the server, or was rolled back. */
  readonly noEffect: boolean;
  constructor(type: ToolFailureType, message: string, noEffect: boolean, cause?: unknown) {
    super(message, { cause });
    this.name = 'ToolCallError';
    this.type = type;
    this.noEffect = noEffect;
  }
}

export interface ToolConnections {
  /**
   * Lists the tools of a server.
   * @param signal aborts when nobody waits for the list any more
   * @throws ToolCallError
   */
  discover(server: McpServer, timeoutMs: number, signal?: AbortSignal): Promise<ToolListing>;
  /** @throws ToolCallError */
  call(invocation: ToolInvocation): Promise<ToolResult>;
  /**
   * Closes the connections to the servers of a tenant: `now`, which ends the calls that use them, or `when_idle`, as soon as each
   * serves no call.
   */
  closeOf(tenantId: string, when: 'now' | 'when_idle'): Promise<void>;
  /** Closes every connection and ends every child process. */
  close(): Promise<void>;
}
