import {
  CancellationScope,
  ContinueAsNew,
  condition,
  continueAsNew,
  defineSignal,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
  setHandler,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type {
  Ended,
  LocalActivities,
  NoSlot,
  PlannedToolCall,
  RegularActivities,
  ToolPlan,
} from '../activities/stage-results.ts';
import type { SessionStatus } from '../contract/events.ts';
import { HEARTBEAT_TIMEOUT_MS } from '../domain/call-heartbeats.ts';
import { type AgentSessionInput, LONGEST_MODEL_CALL_MS, WAKE_SIGNAL } from '../temporal/session-workflow.ts';
import { modelSummary, turnSummary } from './activity-summary.ts';
import { failureCode } from './failure-code.ts';
import { statusAttributes } from './search-attributes.ts';

const wake = defineSignal(WAKE_SIGNAL);

/**
 * Stages that do some milliseconds of work in Postgres. They are retried without end, because Postgres comes back (I6).
 */
const stage = proxyLocalActivities<LocalActivities>({
  startToCloseTimeout: '5 seconds',
  localRetryThreshold: '2 seconds',
  retry: { initialInterval: '50 milliseconds', maximumInterval: '1 second', backoffCoefficient: 2 },
});

/**
 * Stages that dial out. They send heartbeats (activities/heartbeat.ts), so a killed worker is noticed after `heartbeatTimeout`.
 */
function remoteWithin(summary: string, heartbeatTimeout = HEARTBEAT_TIMEOUT_MS) {
  return proxyActivities<Pick<RegularActivities, 'askAboutInput' | 'callTool' | 'countInput'>>({
    startToCloseTimeout: '15 minutes',
    heartbeatTimeout,
    summary,
    retry: { initialInterval: '50 milliseconds', maximumInterval: '1 second', backoffCoefficient: 2 },
  });
}

/** The stage ends its request within the time limits of the provider. Heartbeats tell a long answer from a dead worker. */
function modelWithin(summary: string, heartbeatTimeout = HEARTBEAT_TIMEOUT_MS) {
  return proxyActivities<Pick<RegularActivities, 'callModel'>>({
    startToCloseTimeout: LONGEST_MODEL_CALL_MS,
    heartbeatTimeout,
    summary,
    retry: { initialInterval: '50 milliseconds', maximumInterval: '1 second', backoffCoefficient: 2 },
  });
}

/** A summary is made beside the turns. When it fails, it is due again after some of them, so it is not retried for long. */
const beside = proxyActivities<Pick<RegularActivities, 'summarize'>>({
  startToCloseTimeout: '11 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: '1 second', maximumInterval: '5 seconds', backoffCoefficient: 2, maximumAttempts: 4 },
});

/** The place from which a turn goes on that began before the session continued as new, or before it was retried. */
type FromSelection = Pick<AgentSessionInput, 'idleForMoney' | 'queued' | 'selection'>;

/**
 * The session loop: it waits, calls stages and does what they decided. Progress is in Temporal, content is in Postgres.
 */
export async function agentSession(input: AgentSessionInput): Promise<void> {
  const { tenantId, sessionId, agentId, requestId, retries } = input;
  const session = { tenantId, sessionId, agentId, requestId, retries };
  let woken = false;
  let wakeUps = 0;
  let summarizing = false;
  setHandler(wake, () => {
    woken = true;
    wakeUps += 1;
  });

  try {
    const reason = await runTurns();
    showStatus('ended', reason);
  } catch (error) {
    if (error instanceof ContinueAsNew) throw error;
    const cancelled = isCancellation(error);
    const ended = await CancellationScope.nonCancellable(() =>
      stage.endSession({
        ...session,
        reason: cancelled ? 'terminated' : 'error',
        errorCode: cancelled ? undefined : failureCode(error),
      }),
    );
    if (ended.kind === 'ended') showStatus('ended', ended.reason);
    if (cancelled) throw error;
  }

  async function runTurns(): Promise<Ended['reason']> {
    let turn = input.turn ?? 0;
    let { idleForMoney, queued, selection, callsWait } = input;
    if (input.idleUntilMs !== undefined) {
      const reason = await waitForInput(turn, input.idleUntilMs);
      if (reason !== undefined) return reason;
    }
    for (;;) {
      woken = false;
      const ended = callsWait
        ? await settleCalls(turn, true)
        : await runTurn(turn, { idleForMoney, queued, selection });
      if (ended !== undefined) return ended.reason;
      idleForMoney = undefined;
      queued = undefined;
      selection = undefined;
      callsWait = undefined;

      const debited = await stage.debitBudget({ ...session, turn });
      if (debited.kind === 'ended') return debited.reason;
      if (debited.kind === 'continue' && debited.summaryDue) summarizeBeside(turn);
      turn += 1;
      if (debited.kind === 'idle') {
        showStatus('idle');
        const reason = await waitForInput(turn, Date.now() + debited.idleTimeoutMs);
        if (reason !== undefined) return reason;
      }
      // At a turn boundary all content is in Postgres, and the next run reads the inbox before it waits. A summary under way
      // would be lost, so it is awaited for some turns more.
      if (workflowInfo().continueAsNewSuggested && !summarizing) {
        await goOnAsNew({ turn });
      }
    }
  }

  /** All of a turn before its account is closed. @returns the reason when the session ended instead */
  async function runTurn(turn: number, from: FromSelection): Promise<Ended | undefined> {
    let refreshed = await stage.refreshContext({ ...session, turn });
    // Only stages since the patch ask, so no older history comes here. Messages that arrive meanwhile are asked about in turn.
    while (refreshed.kind === 'ask' && patched('ask-about-input')) {
      await remoteWithin(turnSummary(turn)).askAboutInput({ ...session, turn });
      refreshed = await stage.refreshContext({ ...session, turn });
    }
    if (refreshed.kind === 'ended') return refreshed;
    const answered = await answerTurn(turn, from);
    if (answered.kind === 'ended') return answered;
    const asks = await callTools(turn, answered);
    // Only answers since the patch ask, so no older history comes here.
    return (asks || answered.asks) && patched('requires-action') ? settleCalls(turn, false) : undefined;
  }

  /**
   * Selects and calls models until one answers. It waits while all of them are down, and for money that is reserved. A session
   * that asks for money is idle until there is some. A session that waits for a slot holds no money and no place in a worker.
   * @param from set where the session was idle for money, or waited for a slot, when it continued as new, and where it was retried
   */
  async function answerTurn(
    turn: number,
    { idleForMoney, queued, selection: first = 0 }: FromSelection,
  ): Promise<({ kind: 'answered' } & ToolPlan) | Ended> {
    let waitedMs = 0;
    let idleUntilMs = idleForMoney?.untilMs;
    let queuedSinceMs = queued?.sinceMs;
    for (let selection = idleForMoney?.selection ?? queued?.selection ?? first; ; ) {
      const wakeUpsBefore = wakeUps;
      const idleLeftMs = idleUntilMs === undefined ? undefined : idleUntilMs - Date.now();
      const queuedMs = queuedSinceMs === undefined ? undefined : Date.now() - queuedSinceMs;
      const selected = await stage.selectModel({ ...session, turn, selection, waitedMs, queuedMs, idleLeftMs });
      if (selected.kind === 'ended') return selected;
      // Only selections since the patch ask for a count, so no older history comes here.
      if (selected.kind === 'count' && patched('count-input')) {
        await remoteWithin(turnSummary(turn)).countInput({ ...session, turn, selection });
        continue;
      }
      if (selected.kind === 'idle' && patched('idle-for-money')) {
        if (idleUntilMs === undefined) showStatus('idle');
        if (idleUntilMs === undefined || selected.idlesAnew) idleUntilMs = Date.now() + selected.idleTimeoutMs;
        if (workflowInfo().continueAsNewSuggested && !summarizing) {
          await goOnAsNew({ turn, idleForMoney: { selection, untilMs: idleUntilMs } });
        }
        const lookMs = Math.min(idleUntilMs - Date.now(), selected.lookInMs ?? Infinity);
        if (lookMs > 0) await condition(() => wakeUps > wakeUpsBefore, lookMs);
        continue;
      }
      if (idleUntilMs !== undefined) {
        idleUntilMs = undefined;
        waitedMs = 0;
        showStatus('running');
      }
      if (selected.kind === 'queue' && patched('wait-for-slot')) {
        queuedSinceMs ??= Date.now();
        if (workflowInfo().continueAsNewSuggested && !summarizing) {
          await goOnAsNew({ turn, queued: { selection, sinceMs: queuedSinceMs } });
        }
        await condition(() => wakeUps > wakeUpsBefore, selected.waitMs);
        continue;
      }
      queuedSinceMs = undefined;
      if (selected.kind === 'wait') {
        const sinceMs = Date.now();
        woken = false;
        // A wake-up during the selection calls for the next selection at once. Histories from before the patch missed it.
        const hearsAll = patched('wake-during-selection');
        await condition(() => woken || (hearsAll && wakeUps > wakeUpsBefore), selected.waitMs);
        waitedMs += Date.now() - sinceMs;
        continue;
      }
      const askedMs = Date.now();
      const { about, heartbeatMs } = selected.kind === 'selected' ? selected : {};
      const { callModel } = modelWithin(modelSummary(turn, about), heartbeatMs);
      const answered = await withSlot(() => callModel({ ...session, turn, selection }));
      if (answered.kind !== 'failed') return answered;
      // A model that does not answer in time is down for as long as it was waited for.
      if (answered.type === 'model.timed_out') waitedMs += Date.now() - askedMs;
      selection += 1;
    }
  }

  /**
   * Calls that read from other servers run in parallel. All others run one after the other, bundled ones as local
   * stages.
   * @returns true when a person has to say what became of one of them
   */
  async function callTools(
    turn: number,
    { toolCalls: calls, heartbeatMs }: Pick<ToolPlan, 'toolCalls' | 'heartbeatMs'>,
  ): Promise<boolean> {
    let asks = false;
    const refOf = (call: PlannedToolCall) => ({ ...session, turn, toolCallId: call.id });
    const callRemote = async (call: PlannedToolCall) => {
      const called = await withSlot(() => remoteWithin(turnSummary(turn), heartbeatMs).callTool(refOf(call)));
      // A version before returned nothing.
      if (called?.kind === 'asks') asks = true;
    };
    const oneByOne = async () => {
      for (const call of calls) {
        if (call.run === 'local') {
          const called = await stage.callBundledTool(refOf(call));
          // Only stages since the patch ask, so no older history comes here.
          if (called?.kind === 'ask' && patched('ask-about-result')) await callRemote(call);
        }
        if (call.run === 'serial') await callRemote(call);
      }
    };
    const reads = calls.filter((call) => call.run === 'parallel').map(callRemote);
    await Promise.all([oneByOne(), ...reads]);
    return asks;
  }

  /**
   * Waits until people have decided about the calls of a turn, and runs those that they allow. Meanwhile the session is idle.
   * @param idle true where the session was idle for them when it continued as new
   */
  async function settleCalls(turn: number, idle: boolean): Promise<Ended | undefined> {
    for (let isIdle = idle; ; ) {
      const wakeUpsBefore = wakeUps;
      const settled = await stage.settleToolCalls({ ...session, turn });
      if (settled.kind === 'ended') return settled;
      if (settled.kind === 'idle') {
        if (!isIdle) showStatus('idle');
        isIdle = true;
        if (workflowInfo().continueAsNewSuggested && !summarizing) await goOnAsNew({ turn, callsWait: true });
        await condition(() => wakeUps > wakeUpsBefore, settled.waitMs);
        continue;
      }
      if (isIdle) showStatus('running');
      isIdle = false;
      if (settled.kind === 'settled') return undefined;
      await callTools(turn, settled);
    }
  }

  /** Makes a call again each time that a slot may be free for it, until it has one. */
  async function withSlot<Result extends { readonly kind: string } | undefined>(
    call: () => Promise<Result | NoSlot>,
  ): Promise<Exclude<Result, NoSlot>> {
    for (;;) {
      const wakeUpsBefore = wakeUps;
      const result = await call();
      if (!isNoSlot(result)) return result as Exclude<Result, NoSlot>; // isNoSlot has ruled it out
      // Only calls since the patch are turned away, so no older history comes here.
      if (patched('wait-for-slot')) await condition(() => wakeUps > wakeUpsBefore, result.waitMs);
    }
  }

  /** Starts a summary of earlier turns, unless one is under way. No turn waits for it, and its failure changes nothing. */
  function summarizeBeside(turn: number): void {
    if (summarizing || !patched('compaction')) return;
    summarizing = true;
    const done = () => {
      summarizing = false;
    };
    beside.summarize.executeWithOptions({ summary: turnSummary(turn) }, [{ ...session, turn }]).then(done, done);
  }

  /** Waits for a message. @returns the reason when the session ended instead; undefined when a turn can begin */
  async function waitForInput(turn: number, untilMs: number): Promise<Ended['reason'] | undefined> {
    for (let idleUntilMs = untilMs; ; ) {
      const leftMs = idleUntilMs - Date.now();
      const wokenInTime = woken || (leftMs > 0 && (await condition(() => woken, leftMs)));
      woken = false;
      if (wokenInTime) {
        const refreshed = await stage.refreshContext({ ...session, turn });
        if (refreshed.kind === 'still_idle') {
          if (refreshed.idleLeftMs !== undefined) idleUntilMs = Date.now() + refreshed.idleLeftMs;
          // Being woken again and again for nothing must not fill the history either.
          if (workflowInfo().continueAsNewSuggested && !summarizing && patched('continue-as-new-while-idle')) {
            await goOnAsNew({ turn, idleUntilMs });
          }
          continue;
        }
        showStatus('running');
        return refreshed.kind === 'ended' ? refreshed.reason : undefined;
      }
      const ended = await stage.endSession({ ...session, reason: 'idle_timeout' });
      if (ended.kind === 'ended') return ended.reason;
      // Only sessions that are paused since the patch are told so, so no older history comes here.
      if (ended.kind === 'not_yet' && patched('pause-while-idle')) {
        idleUntilMs = Date.now() + ended.idleLeftMs;
        if (workflowInfo().continueAsNewSuggested && !summarizing) await goOnAsNew({ turn, idleUntilMs });
        continue;
      }
      showStatus('running');
      return undefined;
    }
  }

  function goOnAsNew(
    at: Pick<AgentSessionInput, 'turn' | 'idleUntilMs' | 'idleForMoney' | 'queued' | 'callsWait'>,
  ): Promise<never> {
    const { searchAttributes } = input;
    return continueAsNew<typeof agentSession>({ ...session, searchAttributes, ...at });
  }

  function showStatus(status: SessionStatus, reason?: string): void {
    if (input.searchAttributes) upsertSearchAttributes(statusAttributes(status, reason));
  }
}

function isNoSlot(result: { readonly kind: string } | undefined): result is NoSlot {
  return result?.kind === 'no_slot';
}
