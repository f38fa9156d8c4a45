import type { Tx } from '../../db/database.ts';
import { callOfArtifact, lastTurnOf, toolCallIds } from '../../db/queries/session-reading.ts';
import { type ReadBackArgs, readBackCall } from '../../domain/reading-back.ts';
import { wireToolCallId } from '../../processes/tool-call-id.ts';

/** The part of the session that a call reads: some turns, or the whole result of one call. */
export type ReadBackTarget =
  | { readonly kind: 'turns'; readonly from: number; readonly to: number; readonly last: number }
  | { readonly kind: 'result'; readonly callId: string };

/** @returns the target, or a sentence that tells the model what to give instead */
export async function readBackTarget(
  tx: Tx,
  sessionId: string,
  { turn, from_turn: from, to_turn: to, call_id: callId, artifact_id: artifactId }: ReadBackArgs,
): Promise<ReadBackTarget | { readonly problem: string }> {
  const given = [turn, from ?? to, callId, artifactId].filter((each) => each !== undefined);
  if (given.length > 1) {
    return { problem: 'Give only one of these: turn, from_turn with to_turn, call_id, artifact_id.' };
  }
  if (callId !== undefined) return resultTarget('call_id', callId, await knownCall(tx, sessionId, callId));
  if (artifactId !== undefined) {
    return resultTarget('artifact_id', artifactId, await callOfArtifact(tx, sessionId, artifactId));
  }
  const last = await lastTurnOf(tx, sessionId);
  if (last === undefined) return { problem: 'This session has no turn yet, so there is nothing to read.' };
  const range = { from: turn ?? from ?? 0, to: turn ?? to ?? last };
  if (range.from > last || range.to > last) {
    return { problem: `There is no turn ${Math.max(range.from, range.to)}: this session has the turns 0 to ${last}.` };
  }
  if (range.from > range.to) return { problem: 'from_turn is behind to_turn. Give the earlier turn as from_turn.' };
  return { kind: 'turns', ...range, last };
}

function resultTarget(name: string, id: string, callId: string | undefined): ReadBackTarget | { problem: string } {
  if (callId !== undefined) return { kind: 'result', callId };
  const advice = `${readBackCall({ from_turn: 0 })} shows turns with the ids of their calls.`;
  return { problem: `This session has no ${name} ${JSON.stringify(id)}. ${advice}` };
}

/** A model knows a call by the id that its provider is given. Notes in older prompts name it by our own. */
async function knownCall(tx: Tx, sessionId: string, id: string): Promise<string | undefined> {
  const ids = await toolCallIds(tx, sessionId);
  return ids.find((each) => each === id) ?? ids.find((each) => wireToolCallId(each) === id);
}
