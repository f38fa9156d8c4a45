import type { Tx } from '../../db/database.ts';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import { type Account, accountOfRun, readAccounts, runAccount } from '../../db/queries/ledger.ts';
import {
  decideAction,
  grantsOfSession,
  markActionApplied,
  markActionsJudged,
  type OpenAction,
  openActionsOfTurn,
  type SessionGrant,
} from '../../db/queries/required-action.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { taintOfSession } from '../../db/queries/taint.ts';
import { lastToolCalls, reopenToolCall, type ToolCallRow, toolCallsOfTurn } from '../../db/queries/tool-call.ts';
import { toolSourcesVersion } from '../../db/queries/tool-source.ts';
import {
  type ActionStatus,
  type NextOfAction,
  nextOfApproval,
  nextOfUnknownEffect,
} from '../../domain/required-action.ts';
import type { CheckArguments } from '../../domain/tool-verdict.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import type { CatalogTool } from '../../mcp/listing/tool-catalog.ts';
import { auditDecidedAction } from '../../transitions/call-audit.ts';
import { PAUSE_LOOK_MS, pauseInTransaction } from '../../transitions/pause.ts';
import { idleForActionsInTransaction, wakeInTransaction } from '../../transitions/session-transition.ts';
import { evaluatedTransaction } from '../evaluated-transaction.ts';
import { behindLock } from '../session/behind-lock.ts';
import { toolHeartbeatMs } from '../shares/stage-shares.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { PlannedToolCall, SettleResult, TurnRef } from '../stage-results.ts';
import { isGranted, standingOfAsked } from './asked-calls.ts';
import { type ResultFacts, storeResultOfOpenCall } from './finish-tool-call.ts';
import { pendingActions, SHOWN_CALLS } from './pending-actions.ts';
import { plannedCall } from './planned-tool-calls.ts';
import type { SessionCatalog } from './session-tools.ts';
import { outcomeOfNext } from './tool-outcome.ts';

/** Timers of a clock that is a little ahead of ours fire too early by as much. */
const SHORTEST_WAIT_MS = 50;

/** The facts about a session by which its calls are judged again. */
interface JudgedBy {
  readonly grants: readonly SessionGrant[];
  readonly taintedBy: string | null;
}

/** An action with its call, and what follows from it now. */
interface Step {
  readonly action: OpenAction;
  readonly call: ToolCallRow;
  readonly next: NextOfAction;
}

/**
 * Does what follows from the answers of people about calls of a turn, and from the lack of them, all in one transaction. It
 * decides nothing twice: an action is applied when its call is given a result, or is dispatched. A second run of the stage
 * finds the session as the first has left it.
 */
export function createSettleToolCalls(deps: StageDeps) {
  return async function settleToolCalls(ref: TurnRef): Promise<SettleResult> {
    deps.reached('calls_settled.before');
    const result = await evaluatedTransaction(deps, ref.tenantId, (tx, evaluate) => settle(tx, ref, evaluate));
    deps.reached('calls_settled.after');
    deps.notifier.eventsAppended(ref.sessionId);
    if (result.kind !== 'run') return result;
    return { ...result, heartbeatMs: toolHeartbeatMs(deps.shares, ref, result.toolCalls) };
  };

  async function settle(tx: Tx, ref: TurnRef, evaluate: Evaluate): Promise<SettleResult> {
    const { session, ended, ...read } = await behindLock(tx, ref, () => ({
      actions: openActionsOfTurn(tx, ref.sessionId, ref.turn),
      calls: toolCallsOfTurn(tx, ref.sessionId, ref.turn),
      grants: grantsOfSession(tx, ref.sessionId),
      version: toolSourcesVersion(tx, ref.sessionId),
      taintedBy: taintOfSession(tx, ref.sessionId, ref.turn),
      accounts: readAccounts(tx, [runAccount(ref.sessionId)]),
      guardrails: guardrailsOfSession(tx, ref.sessionId),
    }));
    if (ended !== undefined) return ended;
    // The boundary of the turn gives a result to every call that has none, and ends the session.
    const interrupted = session.inboxSeq > session.consumedInboxSeq && (await interruptWaits(tx, session.id));
    if (interrupted) return { kind: 'settled' };
    if (session.pausedBy !== null) {
      if (session.idleCause !== 'paused') pauseInTransaction(tx, session, ref.turn, session.pausedBy);
      return { kind: 'idle', waitMs: PAUSE_LOOK_MS };
    }

    const catalog = await deps.sessionTools.catalog(tx, session, read.version);
    const steps = await stepsOf(read, catalog, createCheckArguments(evaluate));
    for (const step of steps)
      await take(tx, session, step, { latencyMs: 0, guardrails: read.guardrails, scan: createScan(evaluate) });
    markActionsJudged(tx, session.id, read.version);

    const toRun = steps.filter(({ next }) => next.next === 'run').map(({ call }) => plannedCall(call));
    const waiting = steps.filter(({ next }) => next.next === 'wait').map(({ action }) => action);
    return goOn(tx, session, ref.turn, { toRun, waiting, accounts: read.accounts });
  }

  async function stepsOf(
    read: JudgedBy & { readonly actions: readonly OpenAction[]; readonly calls: readonly ToolCallRow[] },
    catalog: SessionCatalog,
    check: CheckArguments<CatalogTool>,
  ): Promise<Step[]> {
    const steps: Step[] = [];
    for (const action of read.actions) {
      const call = read.calls.find(({ id }) => id === action.toolCallId);
      // A call that has its result by now needs no decision.
      if (call === undefined || (call.state !== 'intended' && call.state !== 'dispatched')) continue;
      steps.push({ action, call, next: await nextOf(action, call, read, catalog, check) });
    }
    return steps;
  }

  async function nextOf(
    action: OpenAction,
    call: ToolCallRow,
    read: JudgedBy,
    catalog: SessionCatalog,
    check: CheckArguments<CatalogTool>,
  ): Promise<NextOfAction> {
    const expired = action.leftMs <= 0;
    switch (action.kind) {
      case 'approval': {
        const standing = await standingOfAsked(call, action, catalog, check, { taintedBy: read.taintedBy });
        const granted = isGranted(read.grants, action);
        return nextOfApproval(action, { standing, granted, expired });
      }
      case 'effect_unknown':
      case 'form':
        return nextOfUnknownEffect(action, expired);
    }
  }

  async function take(tx: Tx, session: SessionRow, { action, call, next }: Step, facts: ResultFacts): Promise<void> {
    switch (next.next) {
      case 'wait':
        return;
      case 'run':
        if (next.released !== undefined) decide(tx, session, { action, call }, 'approved', `rule:${next.released}`);
        if (action.kind !== 'approval') reopenToolCall(tx, session.id, call.id);
        return;
      case 'refuse':
      case 'unknown':
      case 'result': {
        const by = 'by' in next ? next.by : undefined;
        if (by !== undefined) decide(tx, session, { action, call }, by === 'expiry' ? 'expired' : 'denied', by);
        markActionApplied(tx, action.id);
        await storeResultOfOpenCall(tx, deps, session, call, outcomeOfNext(next), facts);
        return;
      }
    }
  }
}

/** Decides a pending action without a person. An action that a person has answered keeps that answer. */
function decide(
  tx: Tx,
  session: SessionRow,
  { action, call }: Pick<Step, 'action' | 'call'>,
  status: ActionStatus,
  by: string,
): void {
  if (action.status !== 'pending') return;
  decideAction(tx, action.id, status, by);
  auditDecidedAction(tx, session, call, action, { status, by });
}

/** Makes the session idle or running, as what is left to do asks for. */
async function goOn(
  tx: Tx,
  session: SessionRow,
  turn: number,
  left: {
    readonly toRun: readonly PlannedToolCall[];
    readonly waiting: readonly OpenAction[];
    readonly accounts: readonly Account[];
  },
): Promise<SettleResult> {
  const account = accountOfRun(left.accounts, session.id);
  if (left.toRun.length > 0 || left.waiting.length === 0) {
    if (session.status === 'idle') wakeInTransaction(tx, session, turn, account?.capNano ?? null);
    return left.toRun.length > 0 ? { kind: 'run', toolCalls: left.toRun } : { kind: 'settled' };
  }
  const leftMs = left.waiting.map((action) => action.leftMs);
  if (session.idleCause !== 'requires_action') {
    const before = await lastToolCalls(tx, session.id, SHOWN_CALLS);
    idleForActionsInTransaction(tx, session, turn, {
      pending: pendingActions(left.waiting, { run: account, before }),
      idleTimeoutMs: Math.round(Math.max(...leftMs)),
    });
  }
  return { kind: 'idle', waitMs: Math.max(SHORTEST_WAIT_MS, Math.ceil(Math.min(...leftMs))) };
}
