import type { PendingAction } from '../../contract/events.ts';
import type { Account } from '../../db/queries/ledger.ts';
import type { RanBefore } from '../../db/queries/tool-call.ts';
import { paidNano } from '../../domain/budget.ts';
import { usdFromNano } from '../../domain/money.ts';
import type { RequiredAction } from '../../domain/required-action.ts';

/** The largest number of earlier calls that is shown to a person who decides about a call. */
export const SHOWN_CALLS = 20;

/** The actions that wait for a person, in the form in which clients are told of them. @param run the account of the run */
export function pendingActions(
  actions: readonly Omit<RequiredAction, 'status' | 'answer' | 'answeredBy'>[],
  { run, before }: { readonly run: Account | undefined; readonly before: readonly RanBefore[] },
): PendingAction[] {
  const costUsd = run === undefined ? 0 : usdFromNano(paidNano(run));
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
