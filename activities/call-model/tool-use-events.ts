import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { NewToolCall } from '../../db/queries/tool-call.ts';
import { refusalEvent, toolResultEvent } from '../../transitions/tool-result-event.ts';

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
  // A guardrail that withholds a call has an event of its own, with the rule and what it found.
  const intervention =
    call.reasonCode === 'tool.arguments_withheld'
      ? []
      : [refusalEvent(call, { output, reasonCode: call.reasonCode ?? undefined })];
  return [
    use,
    ...intervention,
    toolResultEvent(call, { output, isError: true, items: 1, bytes, truncated: false, latencyMs: 0 }),
  ];
}
