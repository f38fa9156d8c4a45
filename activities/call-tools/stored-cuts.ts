import type { StoredCuts } from '../../db/queries/tool-call.ts';
import { codePoints, cutsOf, shownCut } from '../../domain/text-cut.ts';
import { countTokens } from '../../domain/tokens.ts';

/** Where the result of a call is cut when a prompt has no room for all of it. It is counted once, when it is stored. */
export function storedCuts(toolCallId: string, output: string, tokens: number): StoredCuts {
  const cuts = cutsOf(output, tokens).map((cut) => {
    const shown = shownCut(cut, toolCallId);
    const bytes = Buffer.byteLength(JSON.stringify(shown));
    return [codePoints(cut.head), codePoints(cut.tail), countTokens(shown), bytes] as const;
  });
  return cuts.length === 0 ? null : cuts;
}
