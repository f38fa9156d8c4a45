import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { CallWatch } from './call-watch.ts';
import { ConnectError } from './open-connection.ts';
import { capText } from './result-cap.ts';
import { type McpServer, ToolCallError } from './tool-call.ts';
import { withoutSecret } from './tool-result.ts';

/**
 * With these errors a server refuses a request before it runs anything. InvalidParams is not one of them: the SDK's server
 * also sends it after a tool has run and returned a malformed result.
 */
const REFUSALS: readonly number[] = [ErrorCode.ParseError, ErrorCode.InvalidRequest, ErrorCode.MethodNotFound];

/** Errors of dialling: no byte of the request was sent. */
const NEVER_SENT: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'its name could not be resolved',
  EHOSTUNREACH: 'no route to it',
  ENETUNREACH: 'no route to it',
  UND_ERR_CONNECT_TIMEOUT: 'it did not accept the connection in time',
  ERR_EGRESS_DENIED: 'its address is not allowed',
};
const SPAWN_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'its command was not found',
  EACCES: 'its command may not be executed',
};
const MAX_SERVER_MESSAGE_BYTES = 500;

/**
 * Maps everything that can go wrong between us and a server.
 * @param connection.ending how the process of the server ended, if it did
 */
export function toolCallFailure(
  error: unknown,
  server: McpServer,
  call: CallWatch,
  connection: { readonly closed: boolean; readonly ending: string | undefined } | undefined,
): ToolCallError {
  const who = `The tool server "${server.name}"`;
  const { dispatched } = call;
  if (error instanceof ToolCallError) return error;
  if (error instanceof ConnectError) return connectFailure(error, who);
  switch (call.ended) {
    case 'aborted':
      return new ToolCallError('tool.aborted', 'The call was aborted.', !dispatched, error);
    case 'timed_out': {
      const type = dispatched ? 'tool.timed_out' : 'tool.server_unreachable';
      return new ToolCallError(type, `${who} did not answer in time.`, !dispatched, error);
    }
    case 'lost':
      if (!dispatched) break;
      return crashed(who, call.lostBecause ?? connection?.ending, error);
  }
  if (!dispatched) return new ToolCallError('tool.server_unreachable', `${who} could not be reached.`, true, error);
  if (connection?.closed) return crashed(who, connection.ending, error);
  if (error instanceof McpError) {
    const message = serverMessage(error, server);
    return new ToolCallError(
      'tool.server_error',
      `${who} answered with an error: ${message}`,
      REFUSALS.includes(error.code),
      error,
    );
  }
  return transportFailure(error, who, call.httpStatus);
}

/** True if the server may have forgotten our session: then it ran nothing, and a new connection helps. */
export function sessionExpired(call: CallWatch): boolean {
  return call.httpStatus === 404 || call.httpStatus === 400;
}

function transportFailure(error: unknown, who: string, status: number | undefined): ToolCallError {
  if (status !== undefined && status >= 400) {
    // A 5xx may come from a proxy that gave up while the server behind it went on.
    return new ToolCallError('tool.server_error', `${who} answered with HTTP ${status}.`, status < 500, error);
  }
  const neverSent = reasonOf(error, NEVER_SENT);
  if (neverSent !== undefined) {
    return new ToolCallError('tool.server_unreachable', `${who} could not be reached: ${neverSent}.`, true, error);
  }
  if (isMalformed(error)) {
    return new ToolCallError(
      'tool.server_error',
      `${who} answered with something that is not an MCP result.`,
      false,
      error,
    );
  }
  return crashed(who, undefined, error);
}

function crashed(who: string, ending: string | undefined, cause: unknown): ToolCallError {
  const how = ending === undefined ? 'the connection was lost' : ending;
  return new ToolCallError('tool.server_crashed', `${who} went away during the call: ${how}.`, false, cause);
}

function connectFailure(error: ConnectError, who: string): ToolCallError {
  const status = statusOf(error.cause);
  const reason =
    error.ending ??
    reasonOf(error.cause, NEVER_SENT) ??
    reasonOf(error.cause, SPAWN_FAILURES) ??
    (status === undefined ? 'the connection could not be set up' : `it answered with HTTP ${status}`);
  return new ToolCallError('tool.server_unreachable', `${who} could not be reached: ${reason}.`, true, error.cause);
}

function serverMessage(error: McpError, server: McpServer): string {
  const bare = error.message.replace(/^(MCP error -?\d+: )+/, '');
  const secret = 'auth' in server.transport ? server.transport.auth : undefined;
  return capText(withoutSecret(bare, secret), MAX_SERVER_MESSAGE_BYTES).text;
}

function* causesOf(error: unknown): Generator<object> {
  for (let cause = error, depth = 0; cause instanceof Error && depth < 5; cause = cause.cause, depth++) yield cause;
}

function reasonOf(error: unknown, reasons: Readonly<Record<string, string>>): string | undefined {
  for (const cause of causesOf(error)) {
    if ('code' in cause && typeof cause.code === 'string') {
      const reason = reasons[cause.code];
      if (reason !== undefined) return reason;
    }
  }
  return undefined;
}

/** The SDK's HTTP errors carry the status as their code. */
function statusOf(error: unknown): number | undefined {
  for (const cause of causesOf(error)) {
    if ('code' in cause && typeof cause.code === 'number' && cause.code >= 300 && cause.code < 600) return cause.code;
  }
  return undefined;
}

/** True for what the SDK throws when an answer is not JSON, or not the JSON of a result. */
function isMalformed(error: unknown): boolean {
  return error instanceof SyntaxError || (error instanceof Error && error.name.endsWith('ZodError'));
}
