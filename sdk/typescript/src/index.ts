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
export type { IncludedEvent, RunEvent, RunEventOf, RunEventType } from './events/run-event.ts';
export type { ApiPromise, WithResponse } from './http/api-promise.ts';
export type { Attempt, Fetch, Middleware, SendAttempt } from './http/attempt.ts';
export type { Logger, LogLevel } from './http/logger.ts';
export type { HeaderValues, Query, QueryValue, RequestOptions } from './http/request.ts';
export type { Page } from './paging/page.ts';
export type { PagePromise } from './paging/page-promise.ts';
export type { Agent } from './resources/agent.ts';
export type { AgentProfiles } from './resources/agent-profiles.ts';
export type { AgentRuns } from './resources/agent-runs.ts';
export type { ApiKeys } from './resources/api-keys.ts';
export type { Approvals } from './resources/approvals.ts';
export type { BrModels } from './resources/br-models.ts';
export type { Budget } from './resources/budget.ts';
export type { BulkJobs } from './resources/bulk-jobs.ts';
export type { Context } from './resources/context.ts';
export type { Governance } from './resources/governance.ts';
export type { Guardrails } from './resources/guardrails.ts';
export type { Health } from './resources/health.ts';
export type { Limits } from './resources/limits.ts';
export type { Mcp } from './resources/mcp.ts';
export type { Memory } from './resources/memory.ts';
export type { Providers } from './resources/providers.ts';
export type { Service } from './resources/service.ts';
export type { Sessions } from './resources/sessions.ts';
export type { Tenants } from './resources/tenants.ts';
export type { Usage } from './resources/usage.ts';
export { Run } from './run/run.ts';
export { RunFailedError } from './run/run-failed-error.ts';
export { type ApproveOptions, type DenyOptions, RunHandle, type RunPosition } from './run/run-handle.ts';
export type { AttachOptions, FollowOptions, RunOptions } from './run/run-options.ts';
export type { RunResult } from './run/run-result.ts';
export type { SteerOptions } from './run/steering.ts';
export { joinText, type TextPiece } from './run/text-pieces.ts';
export type * from './types.ts';
export { VERSION } from './version.ts';
