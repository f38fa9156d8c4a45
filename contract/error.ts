import { z } from 'zod';

export const errorTypeSchema = z.enum([
  'invalid_request_error',
  'authentication_error',
  'permission_error',
  'not_found_error',
  'conflict_error',
  'rate_limit_error',
  'budget_error',
  'api_error',
  'overloaded_error',
]);
export type ErrorType = z.infer<typeof errorTypeSchema>;

interface ErrorKind {
  readonly status: 400 | 401 | 402 | 403 | 404 | 405 | 408 | 409 | 413 | 415 | 422 | 429 | 431 | 500 | 502 | 503 | 504;
  readonly type: ErrorType;
}

/** Every code that the API answers with, with its status and type. Codes are stable. */
export const errorKinds = {
  malformed_request: { status: 400, type: 'invalid_request_error' },
  invalid_json: { status: 400, type: 'invalid_request_error' },
  invalid_request: { status: 400, type: 'invalid_request_error' },
  unknown_field: { status: 400, type: 'invalid_request_error' },
  address_not_allowed: { status: 400, type: 'invalid_request_error' },
  invalid_cursor: { status: 400, type: 'invalid_request_error' },
  unknown_event_type: { status: 400, type: 'invalid_request_error' },
  unknown_model: { status: 400, type: 'invalid_request_error' },
  unknown_tool: { status: 400, type: 'invalid_request_error' },
  unknown_provider: { status: 400, type: 'invalid_request_error' },
  invalid_tool_arguments: { status: 400, type: 'invalid_request_error' },
  missing_api_key: { status: 401, type: 'authentication_error' },
  invalid_api_key: { status: 401, type: 'authentication_error' },
  expired_api_key: { status: 401, type: 'authentication_error' },
  budget_exhausted: { status: 402, type: 'budget_error' },
  agent_suspended: { status: 402, type: 'permission_error' },
  agent_terminated: { status: 403, type: 'permission_error' },
  tenant_suspended: { status: 403, type: 'permission_error' },
  tool_not_allowed: { status: 403, type: 'permission_error' },
  missing_scope: { status: 403, type: 'permission_error' },
  route_not_found: { status: 404, type: 'not_found_error' },
  agent_not_found: { status: 404, type: 'not_found_error' },
  session_not_found: { status: 404, type: 'not_found_error' },
  turn_not_found: { status: 404, type: 'not_found_error' },
  artifact_not_found: { status: 404, type: 'not_found_error' },
  provider_not_found: { status: 404, type: 'not_found_error' },
  guardrail_provider_not_found: { status: 404, type: 'not_found_error' },
  tool_not_found: { status: 404, type: 'not_found_error' },
  tool_call_not_found: { status: 404, type: 'not_found_error' },
  mcp_server_not_found: { status: 404, type: 'not_found_error' },
  tool_policy_not_found: { status: 404, type: 'not_found_error' },
  memory_entry_not_found: { status: 404, type: 'not_found_error' },
  context_document_not_found: { status: 404, type: 'not_found_error' },
  bulk_job_not_found: { status: 404, type: 'not_found_error' },
  api_key_not_found: { status: 404, type: 'not_found_error' },
  no_such_tool_use: { status: 404, type: 'not_found_error' },
  tenant_not_found: { status: 404, type: 'not_found_error' },
  approval_not_found: { status: 404, type: 'not_found_error' },
  method_not_allowed: { status: 405, type: 'invalid_request_error' },
  request_timeout: { status: 408, type: 'invalid_request_error' },
  agent_exists: { status: 409, type: 'conflict_error' },
  provider_exists: { status: 409, type: 'conflict_error' },
  oauth_not_configured: { status: 409, type: 'conflict_error' },
  public_url_not_set: { status: 409, type: 'conflict_error' },
  guardrail_provider_exists: { status: 409, type: 'conflict_error' },
  guardrail_provider_in_use: { status: 409, type: 'conflict_error' },
  mcp_server_exists: { status: 409, type: 'conflict_error' },
  mcp_server_built_in: { status: 409, type: 'conflict_error' },
  mcp_tool_changed: { status: 409, type: 'conflict_error' },
  mcp_tool_unusable: { status: 409, type: 'conflict_error' },
  tool_needs_session: { status: 409, type: 'conflict_error' },
  tool_definition_changed: { status: 409, type: 'conflict_error' },
  no_provider: { status: 409, type: 'conflict_error' },
  agent_paused: { status: 409, type: 'conflict_error' },
  tenant_paused: { status: 409, type: 'conflict_error' },
  session_ended: { status: 409, type: 'conflict_error' },
  bulk_job_ended: { status: 409, type: 'conflict_error' },
  session_not_ended: { status: 409, type: 'conflict_error' },
  turn_passed: { status: 409, type: 'conflict_error' },
  session_running: { status: 409, type: 'conflict_error' },
  effects_executed: { status: 409, type: 'conflict_error' },
  turn_not_finished: { status: 409, type: 'conflict_error' },
  session_not_replayable: { status: 409, type: 'conflict_error' },
  session_is_replay: { status: 409, type: 'conflict_error' },
  session_completed: { status: 409, type: 'conflict_error' },
  turns_used_up: { status: 409, type: 'conflict_error' },
  effect_unknown: { status: 409, type: 'conflict_error' },
  session_interrupted: { status: 409, type: 'conflict_error' },
  already_answered: { status: 409, type: 'conflict_error' },
  approval_used: { status: 409, type: 'conflict_error' },
  approval_expired: { status: 409, type: 'conflict_error' },
  tenant_is_operator: { status: 409, type: 'conflict_error' },
  policy_outranked: { status: 409, type: 'conflict_error' },
  not_an_approval: { status: 409, type: 'conflict_error' },
  idempotency_in_progress: { status: 409, type: 'conflict_error' },
  body_too_large: { status: 413, type: 'invalid_request_error' },
  message_too_large: { status: 413, type: 'invalid_request_error' },
  image_too_large: { status: 413, type: 'invalid_request_error' },
  too_many_images: { status: 413, type: 'invalid_request_error' },
  body_too_deep: { status: 413, type: 'invalid_request_error' },
  quota_exceeded: { status: 413, type: 'invalid_request_error' },
  unsupported_media_type: { status: 415, type: 'invalid_request_error' },
  idempotency_mismatch: { status: 422, type: 'invalid_request_error' },
  tool_rate_limited: { status: 429, type: 'rate_limit_error' },
  rate_limited: { status: 429, type: 'rate_limit_error' },
  too_many_sessions: { status: 429, type: 'rate_limit_error' },
  limit_reached: { status: 429, type: 'rate_limit_error' },
  headers_too_large: { status: 431, type: 'invalid_request_error' },
  internal_error: { status: 500, type: 'api_error' },
  mcp_server_failed: { status: 502, type: 'api_error' },
  tool_outcome_unknown: { status: 502, type: 'api_error' },
  database_unavailable: { status: 503, type: 'overloaded_error' },
  database_busy: { status: 503, type: 'overloaded_error' },
  tool_timed_out: { status: 504, type: 'api_error' },
} as const satisfies Record<string, ErrorKind>;

export type ErrorCode = keyof typeof errorKinds;

export const recoverySchema = z.object({
  action: z.string().describe('What to do about it.'),
  wait_ms: z.int().optional(),
  docs_url: z.string().optional(),
});
export type Recovery = z.infer<typeof recoverySchema>;

/** The limit of the tenant that a request met. `GET /v1/limits` shows all of them. */
export const metLimitSchema = z.object({
  name: z.string(),
  used: z.number().describe('How much was in use when the request was refused.'),
  limit: z.number(),
  unit: z.string(),
});
export type MetLimit = z.infer<typeof metLimitSchema>;

/** The body of every 4xx and 5xx. */
export const errorEnvelopeSchema = z
  .object({
    error: z.object({
      message: z.string(),
      type: errorTypeSchema,
      code: z.string().describe('Stable and specific. The description of a route lists its codes by status.'),
      param: z.string().optional().describe('The wrong field or parameter; a field within another is dotted.'),
      request_id: z.string(),
      recovery: recoverySchema.optional(),
      limit: metLimitSchema.optional(),
    }),
  })
  .meta({ id: 'Error' });
export type ErrorEnvelope = z.infer<typeof errorEnvelopeSchema>;
