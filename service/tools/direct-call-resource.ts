import type { DirectCallResource } from '../../contract/direct-calls.ts';
import type { ErrorCode } from '../../contract/error.ts';
import type { DirectCallEnd, DirectToolCall } from '../../db/queries/direct-tool-call.ts';
import type { CallVerdict } from '../../domain/tool-verdict.ts';
import { ServiceError } from '../verb/service-error.ts';

export function directCallResource(call: DirectToolCall): DirectCallResource {
  const { end } = call;
  return {
    id: call.id,
    server_id: call.serverId,
    tool: call.serverTool,
    model_name: call.toolName,
    state: end?.state ?? 'dispatched',
    is_error: end?.isError ?? null,
    output: end?.output ?? null,
    results: end?.items ?? null,
    bytes: end?.bytes ?? null,
    truncated: end?.truncated ?? false,
    result_url: end?.truncated ? `/v1/mcp/tools/calls/${call.id}/result` : undefined,
    reason_code: end?.reasonCode ?? null,
    latency_ms: end?.latencyMs ?? null,
    created_at: call.createdAt.toISOString(),
  };
}

const CODES: Readonly<Record<string, ErrorCode>> = {
  'tool.timed_out': 'tool_timed_out',
  'tool.definition_changed': 'tool_definition_changed',
};

/**
 * The error that answers a call which brought no result of its tool. A tool that said it failed has a result.
 * @returns undefined when the tool answered
 */
export function errorOfEnd(callId: string, { state, reasonCode, output }: DirectCallEnd): ServiceError | undefined {
  if (reasonCode === null) return undefined;
  const code = CODES[reasonCode] ?? (state === 'unknown' ? 'tool_outcome_unknown' : 'mcp_server_failed');
  const look = `GET /v1/mcp/tools/calls/${callId} has what is known of the call.`;
  const action =
    state === 'unknown'
      ? `Find out whether the tool took effect before you call it again. ${look}`
      : `Try again. ${look}`;
  return new ServiceError(code, output, { recovery: { action } });
}

/** The error that answers a call which policy, a guardrail or the schema of its tool keeps from being made. */
export function errorOfDenial({
  rule,
  reasonCode,
  output,
}: Extract<CallVerdict, { verdict: 'deny' | 'ask' }>): ServiceError {
  switch (reasonCode) {
    case 'tool.invalid_arguments':
      return new ServiceError('invalid_tool_arguments', output, { param: 'arguments' });
    case 'tool.quarantined':
      return new ServiceError('tool_definition_changed', output, { param: 'tool' });
    case 'tool.rate_limited':
      return new ServiceError('tool_rate_limited', output, { param: 'tool' });
    default:
      return new ServiceError('tool_not_allowed', `${output} The rule that decides is "${rule}".`, {
        param: reasonCode === 'tool.not_allowed' ? 'tool' : 'arguments',
      });
  }
}
