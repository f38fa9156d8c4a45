import type { NewEvent } from '../../db/queries/event.ts';
import type { ToolCallRow } from '../../db/queries/tool-call.ts';
import { toolResultEvent } from './tool-result-event.ts';

/** The events of calls that ended without a result and were given `why` in its place (I5). */
export function unfinishedCallEvents(
  closed: readonly Pick<ToolCallRow, 'id' | 'turn' | 'toolName'>[],
  why: string,
): NewEvent[] {
  const bytes = Buffer.byteLength(why);
  return closed.map((call) =>
    toolResultEvent(call, { output: why, isError: true, items: 0, bytes, truncated: false, latencyMs: 0 }),
  );
}
