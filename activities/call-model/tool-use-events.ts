import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { NewToolCall } from '../../db/queries/tool-call.ts';
import { utf8Beginning } from '../../domain/utf8-beginning.ts';
import { toolResultEvent } from '../call-tools/tool-result-event.ts';

const MESSAGE_BYTES = 2_048;

/** The `agent.tool_use` of a judged call. A refused call has its intervention and its result along with it. */
export function toolUseEvents(call: NewToolCall, serverName: string | undefined): NewEvent[] {
  const use = newEvent(`tool_use:${call.id}`, 'agent.tool_use', {
    toolName: call.toolName,
    args: call.args,
    toolUseId: call.id,
    server: serverName ?? call.serverId,
    turnIndex: call.turn,
    permission: call.verdict,
  });
  if (call.refusal === undefined) return [use];
  const { output } = call.refusal;
  const bytes = Buffer.byteLength(output);
  return [
    use,
    newEvent(`guardrail:args:${call.id}`, 'br.guardrail_intervention', {
      guardrail: 'tool_governance',
      stage: 'tool_args',
      action: 'block',
      reasonCode: call.reasonCode ?? 'tool.refused',
      message: utf8Beginning(output, MESSAGE_BYTES),
      turnIndex: call.turn,
    }),
    toolResultEvent(call, { output, isError: true, items: 1, bytes, truncated: false, latencyMs: 0 }),
  ];
}
