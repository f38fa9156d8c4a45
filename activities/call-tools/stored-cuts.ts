import type { StoredCuts } from '../../db/queries/tool-call.ts';
import { readBackCall } from '../../domain/reading-back.ts';
import { type CutText, codePoints, cutsOf, shownCut } from '../../domain/text-cut.ts';
import { wireToolCallId } from '../../processes/tool-call-id.ts';

/**
 * Where the result of a call is cut when a prompt has no room for all of it. It is counted once, when it is stored, with the note
 * that names the call which reads on.
 */
export function storedCuts(toolCallId: string, output: string, tokens: number): StoredCuts {
  const cuts = cutsOf(output, tokens).map((cut) => {
    const bytes = jsonBytes(shownResultCut(cut, toolCallId, true));
    return [codePoints(cut.head), codePoints(cut.tail), cut.tokens, bytes] as const;
  });
  return cuts.length === 0 ? null : cuts;
}

/**
 * A result as a prompt shows it that has no room for all of it. A version before counted results with a shorter note: they keep
 * that note, because their prompts have no more room reserved.
 * @param readable true when the agent has the tool that reads on
 * @param maxBytes what the cut result was counted to take as JSON
 */
export function shownResult(cut: CutText, toolCallId: string, readable: boolean, maxBytes: number): string {
  const withCall = readable ? shownResultCut(cut, toolCallId, true) : undefined;
  if (withCall !== undefined && jsonBytes(withCall) <= maxBytes) return withCall;
  return shownResultCut(cut, toolCallId, false);
}

function shownResultCut(cut: CutText, toolCallId: string, readable: boolean): string {
  const args = { call_id: wireToolCallId(toolCallId), offset: Buffer.byteLength(cut.head) };
  return shownCut(cut, toolCallId, readable ? readBackCall(args) : undefined);
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}
