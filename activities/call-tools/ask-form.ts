import { setTimeout as pause } from 'node:timers/promises';
import type { ElicitationForm } from '../../contract/forms.ts';
import type { Tx } from '../../db/database.ts';
import { inOneMessage } from '../../db/one-message.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import { type Account, accountOfRun, readAccounts, runAccount } from '../../db/queries/ledger.ts';
import {
  decideAction,
  forgetFormContent,
  insertRequiredActions,
  markActionApplied,
  openFormOfCall,
  standingOfAction,
} from '../../db/queries/required-action.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { lastToolCalls, type ToolCallRow } from '../../db/queries/tool-call.ts';
import type { ActionStatus } from '../../domain/required-action.ts';
import type { Elicit, FormAnswer } from '../../mcp/calls/elicitation.ts';
import { idleForActionsInTransaction, wakeInTransaction } from '../../transitions/session-transition.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { TurnRef } from '../stage-results.ts';
import { untilStored } from '../until-stored.ts';
import { newQuestion } from './new-question.ts';
import { pendingActions, SHOWN_CALLS } from './pending-actions.ts';

/** The pause between two looks: for the answer of a person, or for the end of another call that asks. */
const LOOK_MS = 300;

/** The questions that one call asks while it is under way. */
export interface CallForms {
  readonly elicit: Elicit;
  /** Withdraws what is still asked. To be called when the call is over, before its result is stored. */
  close(): Promise<void>;
}

/**
 * Asks a person for what a server wants to know in the middle of a call. The call stays under way meanwhile, because the server
 * waits for the answer on its connection: the session is idle, and this process looks for the answer. One call of a session
 * asks at a time.
 *
 * When this process dies, the connection is lost, and with it the call. The next attempt finds the call dispatched: it withdraws
 * the question, makes the call again if that does no harm, and the server asks again; otherwise the outcome is unknown.
 * @param interrupted aborts when the session is interrupted
 */
export function createCallForms(
  deps: Pick<StageDeps, 'db' | 'notifier' | 'nowMs' | 'reached' | 'limits'>,
  ref: TurnRef,
  call: ToolCallRow,
  pin: string,
  interrupted: AbortSignal,
): CallForms {
  const closing = new AbortController();
  const asking = new Set<Promise<FormAnswer>>();
  /** All forms of a call are waited for no longer than one: the activity that makes the call has an end. */
  let leftMs = deps.limits.formWaitMs;

  const elicit: Elicit = (form, callSignal) => {
    const over = AbortSignal.any([closing.signal, callSignal, interrupted]);
    const answer = answered(form, over).finally(() => asking.delete(answer));
    asking.add(answer);
    return answer;
  };

  async function answered(form: ElicitationForm, over: AbortSignal): Promise<FormAnswer> {
    for (;;) {
      if (over.aborted) return { action: 'cancel' };
      const asked = await inTenant((tx) => ask(tx, form));
      if (asked.kind === 'over') return { action: 'cancel' };
      if (asked.kind === 'busy') {
        await pauseUnless(over);
        continue;
      }
      deps.notifier.eventsAppended(ref.sessionId);
      deps.reached('form_asked.after');
      const sinceMs = deps.nowMs();
      try {
        return await waited(asked.id, over);
      } finally {
        leftMs = Math.max(0, leftMs - (deps.nowMs() - sinceMs));
      }
    }
  }

  async function ask(
    tx: Tx,
    form: ElicitationForm,
  ): Promise<{ readonly kind: 'over' } | { readonly kind: 'busy' } | { readonly kind: 'asked'; readonly id: string }> {
    const { session, ended, accounts, before } = await behindLock(tx, ref, () => ({
      accounts: readAccounts(tx, [runAccount(ref.sessionId)]),
      before: lastToolCalls(tx, ref.sessionId, SHOWN_CALLS),
    }));
    if (ended !== undefined || leftMs === 0 || (await interruptWaits(tx, session.id))) return { kind: 'over' };
    if (session.status === 'idle') return { kind: 'busy' };
    const action = {
      ...newQuestion(call, deps.nowMs()),
      kind: 'form' as const,
      rule: 'server',
      pin,
      detail: { form },
      expiresAt: new Date(deps.nowMs() + leftMs),
    };
    insertRequiredActions(tx, { sessionId: session.id, agentId: session.agentId }, leftMs, [action]);
    idleForActionsInTransaction(tx, session, ref.turn, {
      pending: pendingActions([action], { run: accountOfRun(accounts, session.id), before }),
      idleTimeoutMs: Math.round(leftMs),
    });
    return { kind: 'asked', id: action.id };
  }

  /** Waits for the answer, and lets the session go on with it, or without one. */
  async function waited(id: string, over: AbortSignal): Promise<FormAnswer> {
    for (;;) {
      const standing = await untilStored(() => inTenant((tx) => standingOfAction(tx, id)));
      if (standing === undefined) return { action: 'cancel' };
      if (standing.status !== 'pending' || standing.leftMs <= 0 || over.aborted) {
        const answer = await untilStored(() => inTenant((tx) => goOn(tx, id, over.aborted ? 'withdrawn' : 'expired')));
        deps.notifier.eventsAppended(ref.sessionId);
        deps.reached('form_answered.after');
        return answer;
      }
      await pauseUnless(over);
    }
  }

  /** @param otherwise what becomes of a question that is not answered */
  async function goOn(tx: Tx, id: string, otherwise: ActionStatus): Promise<FormAnswer> {
    const { session, ended, standing, accounts } = await behindLock(tx, ref, () => ({
      standing: standingOfAction(tx, id),
      accounts: readAccounts(tx, [runAccount(ref.sessionId)]),
    }));
    if (ended !== undefined || standing === undefined) return { action: 'cancel' };
    closeForm(tx, session, { id, turn: ref.turn, otherwise, accounts });
    return standing.answer?.form ?? { action: 'cancel' };
  }

  function inTenant<T>(work: (tx: Tx) => Promise<T>): Promise<T> {
    return deps.db.transaction(ref.tenantId, work);
  }

  return {
    elicit,
    async close() {
      closing.abort();
      await Promise.allSettled(asking);
    },
  };
}

/**
 * Closes the question of a call whose process died while it waited, answered or not, in a transaction that holds the lock of the session, and
 * makes the session run again.
 */
export async function withdrawLostForm(tx: Tx, session: SessionRow, call: ToolCallRow): Promise<void> {
  if (session.status !== 'idle') return;
  const { id, accounts } = await inOneMessage({
    id: openFormOfCall(tx, session.id, call.id),
    accounts: readAccounts(tx, [runAccount(session.id)]),
  });
  if (id !== undefined) closeForm(tx, session, { id, turn: call.turn, otherwise: 'withdrawn', accounts });
}

/** Takes the answer of a question, or decides it without one, and makes a session that waited for it run again. */
function closeForm(
  tx: Tx,
  session: SessionRow,
  form: {
    readonly id: string;
    readonly turn: number;
    /** The outcome of a question that is not answered. */
    readonly otherwise: ActionStatus;
    readonly accounts: readonly Account[];
  },
): void {
  decideAction(tx, form.id, form.otherwise, 'call');
  markActionApplied(tx, form.id);
  forgetFormContent(tx, form.id);
  if (session.status !== 'idle') return;
  wakeInTransaction(tx, session, form.turn, accountOfRun(form.accounts, session.id)?.capNano ?? null);
}

async function pauseUnless(over: AbortSignal): Promise<void> {
  await pause(LOOK_MS, undefined, { signal: over }).catch(() => {
    // The caller looks at the signal itself.
  });
}
