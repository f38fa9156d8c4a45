import { ProtocolError, ProtocolErrorCode, SdkError, SdkErrorCode } from '@modelcontextprotocol/client';
import { causesOf, codeOf } from '../../processes/error-cause.ts';
import { networkProblem } from '../../processes/network-problem.ts';
import { ConnectError } from '../connections/connect-error.ts';
import { OAuthFailure } from '../oauth/oauth-failure.ts';
import { capText } from '../results/result-cap.ts';
import { statusOf as httpStatusOf } from '../stateless/generations.ts';
import { secretsOf, withoutSecrets } from '../transport/transport-secrets.ts';
import type { CallWatch } from './call-watch.ts';
import { type McpServer, ToolCallError } from './tool-call.ts';

/** A header of a stateless request contradicts its body. The SDK has no name for the code. */
const HEADER_MISMATCH = -32020;

/**
 * With these errors a server refuses a request before it runs anything. InvalidParams is not one of them: the SDK's server
 * also sends it after a tool has run and returned a malformed result.
 */
const REFUSALS: readonly number[] = [
  ProtocolErrorCode.ParseError,
  ProtocolErrorCode.InvalidRequest,
  ProtocolErrorCode.MethodNotFound,
  ProtocolErrorCode.MissingRequiredClientCapability,
  ProtocolErrorCode.UnsupportedProtocolVersion,
  HEADER_MISMATCH,
];

const NOT_ALLOWED: Readonly<Record<string, string>> = {
  ERR_EGRESS_DENIED: 'its address is not allowed',
  ERR_REDIRECT_REFUSED: 'it redirects the request to where it is not sent',
};
const SPAWN_FAILURES: Readonly<Record<string, string>> = {
  ENOENT: 'its command was not found',
  EACCES: 'its command may not be executed',
  ERR_MESSAGE_TOO_LONG: 'it sent a message that is too long',
  ERR_COMMAND_NOT_ALLOWED: 'its command is not on the list that the operator allows',
};
const MAX_SERVER_MESSAGE_BYTES = 500;
/** The part of a long message that is looked at. It becomes shorter by what is taken out. */
const READ_CHARACTERS = 16_384;

/**
 * Maps everything that can go wrong between us and a server.
 * @param connection.ending how the process of the server ended, if it did
 * @param connection.sentTokens secrets that the server may repeat
 */
export function toolCallFailure(
  error: unknown,
  server: McpServer,
  call: CallWatch,
  connection:
    | { readonly closed: boolean; readonly ending: string | undefined; readonly sentTokens: readonly string[] }
    | undefined,
): ToolCallError {
  const who = `The tool server "${server.name}"`;
  const { dispatched } = call;
  if (error instanceof ToolCallError) return error;
  const unauthorized = unauthorizedFailure(error, who);
  if (unauthorized !== undefined) return unauthorized;
  if (error instanceof ConnectError) return connectFailure(error, who);
  switch (call.ended) {
    case 'aborted':
      return new ToolCallError('tool.aborted', 'The call was aborted.', !dispatched, error);
    case 'cancelled': {
      const message = 'The call was cancelled, because the session was interrupted.';
      return new ToolCallError('tool.cancelled', message, !dispatched, error);
    }
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
  if (error instanceof ProtocolError) {
    const message = serverMessage(error, [...secretsOf(server.transport), ...(connection?.sentTokens ?? [])]);
    return new ToolCallError(
      'tool.server_error',
      `${who} answered with an error: ${message}`,
      REFUSALS.includes(error.code),
      error,
    );
  }
  return transportFailure(error, who, call.httpStatus);
}

/** True if the server wants a credential: a person has to give it one, and it may be used at once after that. */
export function wantsCredential(error: ConnectError): boolean {
  return unauthorizedFailure(error, 'The server')?.type === 'tool.server_unauthorized';
}

/** A request without a valid credential is refused before anything is run. */
function unauthorizedFailure(error: unknown, who: string): ToolCallError | undefined {
  for (const cause of causesOf(error)) {
    if (!(cause instanceof OAuthFailure)) continue;
    const { kind, message } = cause;
    if (kind === 'unavailable') {
      return new ToolCallError('tool.server_unreachable', `${who} could not be reached. ${message}`, true, error);
    }
    return new ToolCallError('tool.server_unauthorized', `${who} can't be used. ${message}`, true, error);
  }
  return undefined;
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
  const neverSent = neverSentBecause(error);
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
  const message = `${who} could not be reached: ${connectProblem(error)}.`;
  return new ToolCallError('tool.server_unreachable', message, true, error.cause);
}

/** The reason why a server could not be connected to, in words of ours. */
export function connectProblem(error: ConnectError): string {
  const refused = unauthorizedFailure(error, 'The server');
  if (refused !== undefined) return refused.message.replace(/^The server /, 'it ').replace(/\.$/, '');
  const status = statusOf(error.cause);
  return (
    error.ending ??
    neverSentBecause(error.cause) ??
    reasonOf(error.cause, (code) => SPAWN_FAILURES[code]) ??
    (status === undefined ? 'the connection could not be set up' : `it answered with HTTP ${status}`)
  );
}

/** The message of an error that a server answered with, without our secrets (I10). */
export function serverMessage(error: ProtocolError, secrets: readonly string[]): string {
  const bare = error.message.replace(/^(MCP error -?\d+: )+/, '');
  const beginning = bare.slice(0, READ_CHARACTERS);
  return capText(withoutSecrets(beginning, secrets, bare.length), MAX_SERVER_MESSAGE_BYTES).text;
}

/** The reason why no byte of the request was sent; undefined when some may have been. */
function neverSentBecause(error: unknown): string | undefined {
  return reasonOf(error, (code) => {
    const problem = networkProblem(code);
    return problem === undefined || problem.when === 'anytime' ? NOT_ALLOWED[code] : problem.meaning;
  });
}

function reasonOf(error: unknown, reasonOfCode: (code: string) => string | undefined): string | undefined {
  for (const cause of causesOf(error)) {
    const code = codeOf(cause);
    const reason = code === undefined ? undefined : reasonOfCode(code);
    if (reason !== undefined) return reason;
  }
  return undefined;
}

/** The HTTP status with which a server refused. */
function statusOf(error: unknown): number | undefined {
  for (const cause of causesOf(error)) {
    const status = httpStatusOf(cause);
    if (status !== undefined) return status;
  }
  return undefined;
}

const MALFORMED: readonly string[] = [
  SdkErrorCode.InvalidResult,
  SdkErrorCode.UnsupportedResultType,
  SdkErrorCode.ClientHttpUnexpectedContent,
];

/** True for what the SDK throws when an answer is not JSON, or not the JSON of a result. */
function isMalformed(error: unknown): boolean {
  if (error instanceof SdkError) return MALFORMED.includes(error.code);
  return error instanceof SyntaxError || (error instanceof Error && error.name.endsWith('ZodError'));
}
