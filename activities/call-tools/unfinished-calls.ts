import { type NewEvent, newEvent } from '../../db/queries/event.ts';
import type { ToolCallRow } from '../../db/queries/tool-call.ts';

/** What the log says of calls that were given a result because they had none (I5). */
export function unfinishedCallEvents(
  closed: readonly Pick<ToolCallRow, 'id' | 'turn' | 'toolName'>[],
  why: string,
): NewEvent[] {
  return closed.map((call) =>
    newEvent(`tool_result:${call.id}`, 'agent.tool_result', {
      toolName: call.toolName,
      results: 0,
      latencyMs: 0,
      turnIndex: call.turn,
      toolUseId: call.id,
      isError: true,
      preview: why,
      bytes: Buffer.byteLength(why),
    }),
  );
}
