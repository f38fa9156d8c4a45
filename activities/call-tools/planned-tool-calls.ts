import type { Tx } from '../../db/database.ts';
import { type ToolCallRow, toolCallsOfTurn } from '../../db/queries/tool-call.ts';
import type { PlannedToolCall } from '../stage-results.ts';

/** The allowed calls of a stored answer in call order, each with the way it is run. */
export async function plannedToolCalls(tx: Tx, sessionId: string, turn: number): Promise<PlannedToolCall[]> {
  return planOf(await toolCallsOfTurn(tx, sessionId, turn));
}

export function planOf(
  calls: readonly Pick<ToolCallRow, 'id' | 'verdict' | 'bundled' | 'effect'>[],
): PlannedToolCall[] {
  return calls
    .filter((call) => call.verdict === 'allow')
    .map((call) => ({ id: call.id, run: call.bundled ? 'local' : call.effect === 'read' ? 'parallel' : 'serial' }));
}
