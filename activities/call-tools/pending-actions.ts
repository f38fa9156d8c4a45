import type { PendingAction } from '../../contract/events.ts';
import type { RanBefore } from '../../db/queries/tool-call.ts';
import type { RequiredAction } from '../../domain/required-action.ts';

/** The largest number of earlier calls that is shown to a person who decides about a call. */
export const SHOWN_CALLS = 20;

/** The actions that wait for a person, in the form in which clients are told of them. */
export function pendingActions(
  actions: readonly RequiredAction[],
  { costUsd, before }: { readonly costUsd: number; readonly before: readonly RanBefore[] },
): PendingAction[] {
  const ranBefore = before.flatMap(({ toolName, turn, state }) =>
    state === 'intended' || state === 'dispatched' ? [] : [{ toolName, turnIndex: turn, outcome: state }],
  );
  return actions.map((action) => ({
    toolUseId: action.toolCallId,
    toolName: action.toolName,
    args: action.args,
    expiresAt: action.expiresAt.toISOString(),
    kind: action.kind,
    approvalId: action.id,
    server: action.serverId,
    effect: action.effect,
    rule: action.rule,
    turnIndex: action.turn ?? 0,
    happened: action.detail.happened,
    form: action.detail.form,
    costUsd,
    ranBefore,
  }));
}
