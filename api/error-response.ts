import { type ErrorCode, type ErrorEnvelope, errorKinds } from '../contract/error.ts';
import { ServiceError } from '../service/service-error.ts';

/** Postgres: connection failures, shutting down, too many connections, lock and statement time-outs, read-only. */
const UNAVAILABLE_SQLSTATES = /^(08...|57P0[123]|57014|53...|55P03|25006|40...)$/;
const UNAVAILABLE_MESSAGES =
  /connection terminated|timeout exceeded when trying to connect|client has encountered a connection error|Cannot use a pool after calling end/i;
const UNAVAILABLE_SYSTEM_CODES = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ETIMEDOUT',
  'EPIPE',
  'ENOTFOUND',
  'ENOENT',
  'EAI_AGAIN',
];
const RETRY_AFTER_MS = 1_000;

/** The one mapper of this boundary: whatever was thrown → what the client is told. Never a stack, SQL or another's body. */
export function serviceErrorOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  if (isDatabaseAway(error)) {
    return new ServiceError('database_unavailable', 'The service can not reach its database. Nothing was changed.', {
      recovery: { action: 'Try again.', wait_ms: RETRY_AFTER_MS },
      cause: error,
    });
  }
  return new ServiceError('internal_error', 'Something went wrong on our side.', { cause: error });
}

function isDatabaseAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  if (UNAVAILABLE_SQLSTATES.test(code) || UNAVAILABLE_SYSTEM_CODES.includes(code)) return true;
  if (error instanceof AggregateError) return error.errors.some(isDatabaseAway);
  return UNAVAILABLE_MESSAGES.test(error.message);
}

export function errorEnvelope(error: ServiceError, requestId: string): ErrorEnvelope {
  return {
    error: {
      message: error.message,
      type: errorKinds[error.code].type,
      code: error.code,
      ...(error.param === undefined ? {} : { param: error.param }),
      request_id: requestId,
      ...(error.recovery === undefined ? {} : { recovery: error.recovery }),
    },
  };
}

export function errorHeaders(error: ServiceError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.status === 429 || error.status === 503) {
    headers['retry-after'] = String(Math.ceil((error.recovery?.wait_ms ?? RETRY_AFTER_MS) / 1000));
  }
  if (error.status === 409) headers['x-should-retry'] = 'false';
  if (error.status === 401) headers['www-authenticate'] = 'Bearer';
  // The rest of a body that was refused unread would be taken for the next request.
  if (closesConnection(error.code)) headers.connection = 'close';
  return headers;
}

function closesConnection(code: ErrorCode): boolean {
  return code === 'body_too_large' || code === 'unsupported_media_type';
}
