import type { Tx } from '../db/database.ts';
import { appendEvents, newEvent } from '../db/queries/event.ts';
import { closeUnfinishedToolCalls } from '../db/queries/tool-call.ts';

/** Gives each call that has no result one that says why, in the transcript and in the log alike (I5). */
export async function closeUnfinishedCalls(tx: Tx, sessionId: string, why: string): Promise<void> {
  const closed = await closeUnfinishedToolCalls(tx, sessionId, why);
  await appendEvents(
    tx,
    sessionId,
    closed.map((call) =>
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
    ),
  );
}
