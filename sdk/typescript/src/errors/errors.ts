import type { ErrorBody } from '../types.ts';
import { classNameOf, isInstance, nameClass } from './brand.ts';

/**
 * What went wrong: the server refused (`status`), it could not be reached (`connection`), it took too long (`timeout`), the
 * caller gave up (`aborted`), an answer was none of this API (`protocol`), a run ended badly (`run`), or the client was used
 * wrongly (`usage`).
 */
export type ErrorKind = 'status' | 'connection' | 'timeout' | 'aborted' | 'protocol' | 'run' | 'usage';

/** What the body of a refusal says. */
export type Refusal = ErrorBody['error'];

/** What an error may say beside its message. */
export interface ErrorDetails {
  readonly status?: number | undefined;
  readonly code?: string | undefined;
  readonly type?: Refusal['type'] | undefined;
  readonly param?: string | undefined;
  readonly requestId?: string | undefined;
  readonly recovery?: Refusal['recovery'] | undefined;
  readonly limit?: Refusal['limit'] | undefined;
  readonly headers?: Headers | undefined;
  readonly sessionId?: string | undefined;
  readonly lastEventId?: string | undefined;
  readonly cause?: unknown;
}

/** The class of every error of this package. `instanceof` also knows the errors of another copy of it. */
export class BrainstormRouterError extends Error {
  static {
    nameClass(BrainstormRouterError, 'BrainstormRouterError');
  }

  readonly kind: ErrorKind;
  /** The HTTP status, where the server answered. */
  readonly status: number | undefined;
  /** The stable code of the refusal, such as `session_ended`. */
  readonly code: string | undefined;
  /** The class of the refusal, such as `conflict_error`. */
  readonly type: Refusal['type'] | undefined;
  /** The wrong field or parameter. A field within another is dotted. */
  readonly param: string | undefined;
  /** The id of the request. Name it when you ask for help. */
  readonly requestId: string | undefined;
  /** What to do about it. `wait_ms` is in milliseconds. */
  readonly recovery: Refusal['recovery'] | undefined;
  /** The limit that the request met, with what is used of it. */
  readonly limit: Refusal['limit'] | undefined;
  readonly headers: Headers | undefined;
  /** The session, where the error is about a run that has one. */
  readonly sessionId: string | undefined;
  /** The last event of the run that was delivered: `attach(sessionId, { after: lastEventId })` goes on behind it. */
  readonly lastEventId: string | undefined;

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = classNameOf(this);
    this.kind = kind;
    this.status = details.status;
    this.code = details.code;
    this.type = details.type;
    this.param = details.param;
    this.requestId = details.requestId;
    this.recovery = details.recovery;
    this.limit = details.limit;
    this.headers = details.headers;
    this.sessionId = details.sessionId;
    this.lastEventId = details.lastEventId;
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    // biome-ignore lint/complexity/noThisInStatic: a subclass inherits this method and asks about itself.
    return isInstance(this, value);
  }
}

/** The server answered with a status of 400 or above. */
export class ApiError extends BrainstormRouterError {
  static {
    nameClass(ApiError, 'ApiError');
  }

  constructor(message: string, details: ErrorDetails) {
    super('status', message, details);
  }
}

/** 400, 405, 413, 415, 422 and 431: the request is wrong. Sent again, it fails again. */
export class BadRequestError extends ApiError {
  static {
    nameClass(BadRequestError, 'BadRequestError');
  }
}

/** 401: the API key is missing, wrong, expired or revoked. */
export class AuthenticationError extends ApiError {
  static {
    nameClass(AuthenticationError, 'AuthenticationError');
  }
}

/** 402: money is short, or the agent is suspended. */
export class BudgetError extends ApiError {
  static {
    nameClass(BudgetError, 'BudgetError');
  }
}

/** 403: the key lacks a scope, or a policy forbids the call. */
export class PermissionDeniedError extends ApiError {
  static {
    nameClass(PermissionDeniedError, 'PermissionDeniedError');
  }
}

/** 404 and 410: there is no such thing for this tenant. */
export class NotFoundError extends ApiError {
  static {
    nameClass(NotFoundError, 'NotFoundError');
  }
}

/** 409: the state of the resource does not allow it. */
export class ConflictError extends ApiError {
  static {
    nameClass(ConflictError, 'ConflictError');
  }
}

/** 429: too much at once. The client has waited and tried again as often as it may. */
export class RateLimitError extends ApiError {
  static {
    nameClass(RateLimitError, 'RateLimitError');
  }
}

/** 500 and above: the service failed. */
export class ServerError extends ApiError {
  static {
    nameClass(ServerError, 'ServerError');
  }
}

/** No answer came: the connection was refused, was reset, or broke off. */
export class ConnectionError extends BrainstormRouterError {
  static {
    nameClass(ConnectionError, 'ConnectionError');
  }

  constructor(message: string, details: ErrorDetails = {}, kind: 'connection' | 'timeout' = 'connection') {
    super(kind, message, details);
  }
}

/** No answer came in time. */
export class TimeoutError extends ConnectionError {
  static {
    nameClass(TimeoutError, 'TimeoutError');
  }

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details, 'timeout');
  }
}

/** The caller aborted the call. `cause` is the reason of the signal. */
export class AbortedError extends BrainstormRouterError {
  static {
    nameClass(AbortedError, 'AbortedError');
  }

  constructor(message: string, details: ErrorDetails = {}) {
    super('aborted', message, details);
  }
}

/** The answer is none of this API, as when a proxy answers with a page of its own. */
export class ProtocolError extends BrainstormRouterError {
  static {
    nameClass(ProtocolError, 'ProtocolError');
  }

  constructor(message: string, details: ErrorDetails = {}) {
    super('protocol', message, details);
  }
}

/** The client was used in a way that it does not support. No request was sent. */
export class UsageError extends BrainstormRouterError {
  static {
    nameClass(UsageError, 'UsageError');
  }

  constructor(message: string) {
    super('usage', message);
  }
}
