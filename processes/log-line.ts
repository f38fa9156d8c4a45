import type { StackOfError } from './logged-error.ts';

/**
 * The lines that the processes log about single failures, runs and messages: one place for their names and fields. Both are
 * stable, and docs/operations.md says what to do about each line. Fields are ids, counts, codes and names that an admin
 * gave. No field may hold a prompt, an answer, an argument, a result, a secret, or words of another server (I10).
 */
export type LogLine =
  | ModelAttemptFailed
  | ToolCallFailed
  | ToolCallRefused
  | StageFailed
  | SessionEnded
  | RequestRefused
  | RunAccepted
  | MessageAccepted
  | StreamCut
  | SessionRepaired
  | UsageAboveBound
  | SecretUnreadable
  | McpServerDown
  | MemorySearchLine
  | EventAppended
  | LinesLeftOut;

/** Writes a line. It never throws. */
export type Report = (line: LogLine) => void;

interface About {
  readonly tenant_id?: string | undefined;
  readonly agent_id?: string | undefined;
  readonly session_id?: string | undefined;
  readonly turn?: number | undefined;
  /** The request that the line is about. In a line of a session it is the request that started the session. */
  readonly request_id?: string | undefined;
}

interface Why {
  /** A stable code: the one that clients are told, where they are told. */
  readonly cause: string;
  /** The code of the system below: of Node (`ECONNREFUSED`) or of Postgres (`57P01`). */
  readonly code?: string | undefined;
  readonly duration_ms?: number | undefined;
}

/** A request to a model that gave no answer of use, or whose outcome is unknown. */
export interface ModelAttemptFailed extends About, Why {
  readonly event: 'model_attempt_failed';
  readonly stage: 'callModel' | 'summarize' | 'testProvider';
  readonly selection?: number | undefined;
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  /** The HTTP status of the provider, where it gave one. */
  readonly status?: number | undefined;
  /** How its money was settled. Absent in a test of a provider, which reserves none. */
  readonly state?: 'settled' | 'released' | 'unknown' | undefined;
  readonly key_id?: string | undefined;
}

/** `server` and `tool` are absent when there is no such tool: the name is then a word of the model. */
interface AboutToolCall extends About, Why {
  readonly call_id: string;
  readonly server?: string | undefined;
  readonly tool?: string | undefined;
}

export interface ToolCallFailed extends AboutToolCall {
  readonly event: 'tool_call_failed';
  readonly state: 'failed' | 'unknown';
}

/** A call that was not made, because policy, the schema of the tool or the form of the answer forbade it. */
export interface ToolCallRefused extends AboutToolCall {
  readonly event: 'tool_call_refused';
}

/** One attempt of a stage that threw. */
export interface StageFailed extends About, Why {
  readonly event: 'stage_failed';
  readonly stage: string;
  readonly attempt: number;
  readonly selection?: number | undefined;
  readonly call_id?: string | undefined;
  readonly retried: boolean;
  readonly err: StackOfError;
}

/** A session that ended for another reason than `completed`. */
export interface SessionEnded extends About, Why {
  readonly event: 'session_ended';
  readonly reason: string;
  /** The id of the API key that ended it, or `operator` for somebody in Temporal. Absent: nobody did. */
  readonly by?: string | undefined;
  readonly provider?: string | undefined;
  readonly model?: string | undefined;
  readonly status?: number | undefined;
  /** The account that was short of money. */
  readonly account?: string | undefined;
  readonly turns: number;
  readonly undelivered?: number | undefined;
}

/** A request that the API answered with 4xx or 5xx. */
export interface RequestRefused extends About, Why {
  readonly event: 'request_refused';
  readonly key_id?: string | undefined;
  readonly method?: string | undefined;
  /** The path of the route with its parameters unfilled. Absent: there is no such route. */
  readonly route?: string | undefined;
  /** The MCP server that the path names. */
  readonly server?: string | undefined;
  readonly status: number;
  /** The place in our code where a failure of ours came from. */
  readonly err?: StackOfError | undefined;
}

export interface RunAccepted extends About {
  readonly event: 'run_accepted';
  readonly key_id: string;
}

export interface MessageAccepted extends About {
  readonly event: 'message_accepted';
  readonly key_id: string;
  readonly message_id: string;
  readonly inbox_seq: number;
  /** `user.message` or another type of the contract. */
  readonly type: string;
}

/** A stream that the API cut off: the client did not read, or its key may no longer read. */
export interface StreamCut extends About, Why {
  readonly event: 'stream_cut';
  readonly key_id: string;
}

/** Something that was left undone, and that the reconciler did. */
export interface SessionRepaired extends About, Why {
  readonly event: 'session_repaired';
}

/** A provider reported more usage than its request was bounded to. */
export interface UsageAboveBound extends About, Why {
  readonly event: 'usage_above_bound';
  readonly provider: string;
  readonly model: string;
  readonly cost_usd: number;
  readonly bound_usd: number;
}

/** A stored secret that does not open with the sealing key of this process. */
export interface SecretUnreadable extends About, Why {
  readonly event: 'secret_unreadable';
  /** The row that the secret belongs to: a provider or an MCP server. */
  readonly row_id: string;
  /** Why it does not open, with the id of the key that is missing. */
  readonly problem: string;
}

/** An MCP server that failed several times in a row, and is left alone for a while. */
export interface McpServerDown extends About, Why {
  readonly event: 'mcp_server_down';
  readonly server: string;
  /** The number of its failures in a row. */
  readonly failures: number;
}

/** The way in which memory is searched from here on. */
export interface MemorySearchLine extends About, Why {
  readonly event: 'memory_search';
  readonly by: 'words' | 'words_and_meaning';
  /** The embedding model. Absent: the installation has none. */
  readonly model?: string | undefined;
  /** The HTTP status of the embeddings end point, where it failed with one. */
  readonly status?: number | undefined;
}

/** An event that a committed transaction appended to a log. Where a stage ran twice, the event may have been there already. */
export interface EventAppended extends About {
  readonly event: 'event_appended';
  readonly type: string;
  /** The name of the event within its session: what happened, with turns and ids. */
  readonly key: string;
}

/** Lines that were not written, because too many of the same kind came within a minute. */
export interface LinesLeftOut extends About, Why {
  readonly event: 'lines_left_out';
  readonly of: string;
  readonly key_id?: string | undefined;
  readonly count: number;
}

export type LineLevel = 'debug' | 'info' | 'warn' | 'error';

/** Causes of calls that the end of their session took back. */
const TAKEN_BACK: ReadonlySet<string> = new Set(['tool.not_finished', 'tool.cancelled']);

/** `debug`: it went as it should. `info`: somebody decided it. `warn`: something failed, and the service deals with it. `error`: a person has to look. */
export function levelOf(line: LogLine): LineLevel {
  switch (line.event) {
    case 'event_appended':
      return 'debug';
    case 'run_accepted':
    case 'message_accepted':
    case 'tool_call_refused':
      return 'info';
    case 'model_attempt_failed':
      return line.cause === 'model.aborted' || line.cause.startsWith('session.') ? 'info' : 'warn';
    case 'session_ended':
      return line.reason === 'error' ? 'error' : line.reason === 'terminated' ? 'warn' : 'info';
    case 'request_refused':
      return line.status < 500 ? 'info' : line.status === 500 ? 'error' : 'warn';
    case 'stage_failed':
      return line.retried ? 'warn' : 'error';
    case 'tool_call_failed':
      return line.state === 'failed' && TAKEN_BACK.has(line.cause) ? 'info' : 'warn';
    case 'memory_search':
      return line.by === 'words' && line.model !== undefined ? 'warn' : 'info';
    case 'stream_cut':
    case 'session_repaired':
    case 'mcp_server_down':
    case 'lines_left_out':
      return 'warn';
    case 'usage_above_bound':
    case 'secret_unreadable':
      return 'error';
  }
}

export const messageOf: Readonly<Record<LogLine['event'], string>> = {
  model_attempt_failed: 'A request to a model failed.',
  tool_call_failed: 'A tool call failed, or its outcome is unknown.',
  tool_call_refused: 'A tool call was refused.',
  stage_failed: 'A stage failed.',
  session_ended: 'A session ended before it was complete.',
  request_refused: 'A request was refused.',
  run_accepted: 'A run was accepted.',
  message_accepted: 'A message was accepted.',
  stream_cut: 'A stream was cut off.',
  session_repaired: 'A session was repaired.',
  usage_above_bound: 'A provider reported more usage than its request was bounded to. The run ends.',
  mcp_server_down: 'An MCP server failed several times in a row, and is left alone for a while.',
  memory_search: 'From here on, memory is searched by words alone, or by words and by meaning.',
  secret_unreadable: 'A stored secret does not open with the sealing keys of this process.',
  event_appended: 'An event was appended.',
  lines_left_out: 'Too many lines of one kind came within a minute. The rest was counted.',
};
