import { type ErrorCode, type ErrorEnvelope, errorKinds } from '../contract/error.ts';
import { type PassingTrouble, passingTrouble } from '../db/passing-error.ts';
import { ServiceError } from '../service/verb/service-error.ts';

const RETRY_AFTER_MS = 1_000;

const databaseTroubles = {
  // The connection may be lost during a commit, so the message must not say that nothing was changed.
  away: { code: 'database_unavailable', message: 'The service cannot reach its database.' },
  busy: { code: 'database_busy', message: 'The database is busy. Nothing was changed.' },
} as const satisfies Record<PassingTrouble, { code: ErrorCode; message: string }>;

/** The one mapper of errors at this boundary. A client is never told a stack, SQL or the body of another server. */
export function serviceErrorOf(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error;
  const trouble = passingTrouble(error);
  if (trouble !== undefined) {
    const { code, message } = databaseTroubles[trouble];
    return new ServiceError(code, message, {
      recovery: { action: 'Try again, with the same Idempotency-Key.', wait_ms: RETRY_AFTER_MS },
      cause: error,
    });
  }
  return new ServiceError('internal_error', 'Something went wrong in the service.', { cause: error });
}

export function errorEnvelope(error: ServiceError, requestId: string): ErrorEnvelope {
  return {
    error: {
      message: error.message,
      type: errorKinds[error.code].type,
      code: error.code,
      param: error.param,
      request_id: requestId,
      recovery: error.recovery,
      limit: error.limit,
    },
  };
}

export function errorHeaders(error: ServiceError): Record<string, string> {
  const headers: Record<string, string> = {};
  if (error.status === 429 || error.status === 503) {
    headers['retry-after'] = secondsOf(error);
  }
  if (error.code === 'idempotency_in_progress') headers['retry-after'] = secondsOf(error);
  else if (error.status === 409) headers['x-should-retry'] = 'false';
  if (error.status === 401) headers['www-authenticate'] = 'Bearer';
  // Otherwise the rest of an unread body would be taken for the next request.
  if (closesConnection(error.code)) headers.connection = 'close';
  return headers;
}

function secondsOf(error: ServiceError): string {
  return String(Math.ceil((error.recovery?.wait_ms ?? RETRY_AFTER_MS) / 1000));
}

function closesConnection(code: ErrorCode): boolean {
  return code === 'body_too_large' || code === 'unsupported_media_type';
}
