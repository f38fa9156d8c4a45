export { BrainstormRouter, BrainstormRouter as default, type RawOptions } from './client.ts';
export type { ClientOptions } from './client-options.ts';
export {
  AbortedError,
  ApiError,
  AuthenticationError,
  BadRequestError,
  BrainstormRouterError,
  BudgetError,
  ConflictError,
  ConnectionError,
  type ErrorKind,
  NotFoundError,
  PermissionDeniedError,
  ProtocolError,
  RateLimitError,
  type Refusal,
  ServerError,
  TimeoutError,
  UsageError,
} from './errors/errors.ts';
export type { ApiPromise, WithResponse } from './http/api-promise.ts';
export type { Attempt, Fetch, Middleware, SendAttempt } from './http/attempt.ts';
export type { Logger, LogLevel } from './http/logger.ts';
export type { HeaderValues, Query, QueryValue, RequestOptions } from './http/request.ts';
export type { Page } from './paging/page.ts';
export type { PagePromise } from './paging/page-promise.ts';
export type * from './types.ts';
export { VERSION } from './version.ts';
