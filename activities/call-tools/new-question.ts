import { canonicalHash } from '../../audit/canonical-hash.ts';
import type { NewAction } from '../../db/queries/required-action.ts';
import type { ToolCallRow } from '../../db/queries/tool-call.ts';
import { newId } from '../../processes/ids.ts';

type Call = Pick<ToolCallRow, 'id' | 'turn' | 'toolName' | 'serverId' | 'serverTool' | 'effect' | 'args'>;

/** The fields in which a question about a call describes the call, and a new id for the question. */
export function newQuestion(
  { id: toolCallId, turn, toolName, serverId, serverTool, effect, args }: Call,
  nowMs: number,
): Pick<NewAction, 'id' | 'toolCallId' | 'argsHash' | Exclude<keyof Call, 'id'>> {
  const id = newId('apr', nowMs);
  return { id, toolCallId, turn, toolName, serverId, serverTool, effect, args, argsHash: canonicalHash(args) };
}
