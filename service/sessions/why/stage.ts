import type { StageName } from '../../../contract/why.ts';
import type { LastTurn } from '../../../db/queries/session-why.ts';
import type { Facts } from './facts.ts';

/** The stage of a running session that is under way or comes next, as the rows say. */
export interface Stage {
  readonly name: StageName;
  readonly turn_index: number;
  readonly since: string;
}

export type Call = LastTurn['calls'][number];
export type Attempt = LastTurn['attempts'][number];
export type Selection = LastTurn['selections'][number];

export const isOpenCall = ({ state }: Call): boolean => state === 'intended' || state === 'dispatched';

export function stageOf({ session, standing }: Facts): Stage {
  const turn = session.turns;
  const last = standing.lastTurn;
  const lastEventAt = standing.lastEventAt.toISOString();
  if (standing.startedAt === null) return { name: 'start', turn_index: turn, since: lastEventAt };
  if (last === null || last.turn < turn) return { name: 'context', turn_index: turn, since: lastEventAt };
  const at = (name: StageName, since: string) => ({ name, turn_index: last.turn, since });
  if (last.answeredAt === null) {
    const selected = openSelection(last);
    if (selected === undefined) return at('selection', last.attempts.at(-1)?.closedAt ?? last.createdAt);
    return at('model_call', attemptOf(last, selected)?.dispatchedAt ?? selected.createdAt);
  }
  if (last.calls.some(isOpenCall)) return at('tool_calls', last.answeredAt);
  const finished = last.calls.flatMap(({ finishedAt }) => finishedAt ?? []).sort();
  return at('closing', finished.at(-1) ?? last.answeredAt);
}

/** The selection whose model is to answer. Undefined: none was made, or the last one failed. */
export function openSelection({ selections }: LastTurn): Selection | undefined {
  const last = selections.at(-1);
  return last?.failedType === null ? last : undefined;
}

/** The last request of a selection. */
export function attemptOf({ attempts }: LastTurn, { selection }: Selection): Attempt | undefined {
  return attempts.findLast((attempt) => attempt.selection === selection);
}
