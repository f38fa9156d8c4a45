import type { Tx } from '../../db/database.ts';
import { type ToolCallRow, toolCallsOfTurn } from '../../db/queries/tool-call.ts';
import type { PlannedToolCall, ToolPlan } from '../stage-results.ts';

/** The plan for the calls of a stored answer: those that may run now, and whether others wait for a person. */
export async function plannedToolCalls(tx: Tx, sessionId: string, turn: number): Promise<ToolPlan> {
  return planOf(await toolCallsOfTurn(tx, sessionId, turn));
}

/** The allowed calls in call order, each with the way it is run, and whether others wait for a person. */
export function planOf(calls: readonly Pick<ToolCallRow, 'id' | 'verdict' | 'bundled' | 'effect'>[]): ToolPlan {
  return {
    toolCalls: calls.filter((call) => call.verdict === 'allow').map(plannedCall),
    asks: calls.some((call) => call.verdict === 'ask') ? true : undefined,
  };
}

export function plannedCall(call: Pick<ToolCallRow, 'id' | 'bundled' | 'effect'>): PlannedToolCall {
  return { id: call.id, run: call.bundled ? 'local' : call.effect === 'read' ? 'parallel' : 'serial' };
}
