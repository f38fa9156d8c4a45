import type { NewEvent } from '../db/queries/event.ts';
import type { UnfinishedCall, UnfinishedWords } from '../db/queries/tool-call.ts';
import { toolResultEvent } from './tool-result-event.ts';

/** The sentences about calls that are open when something stops the session. @param why a clause: "the session ended (error)" */
export function unfinishedWords(why: string): UnfinishedWords {
  return {
    notMade: `This call was not made: ${why} before it.`,
    unknown: `It is not known whether this call took effect: ${why} before it had a result.`,
  };
}

/** The events of calls that ended without a result of their own, and were given one that says so (I5). */
export function unfinishedCallEvents(closed: readonly UnfinishedCall[]): NewEvent[] {
  return closed.map((call) =>
    toolResultEvent(call, {
      output: call.output,
      isError: true,
      items: 0,
      bytes: Buffer.byteLength(call.output),
      truncated: false,
      latencyMs: 0,
    }),
  );
}
