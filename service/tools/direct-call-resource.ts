import type { DirectCallResource } from '../../contract/direct-calls.ts';
import type { ErrorCode } from '../../contract/error.ts';
import type { DirectCallEnd, DirectToolCall } from '../../db/queries/direct-tool-call.ts';
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
