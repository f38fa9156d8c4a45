import { Context } from '@temporalio/activity';
import { type ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { type LogContext, withLogContext } from '../processes/log-context.ts';
import { createAskAboutInput } from './ask-about-input/ask-about-input.ts';
import { createCallModel } from './call-model/call-model.ts';
import { createCallBundledTool } from './call-tools/call-bundled-tool.ts';
import { createCallTool } from './call-tools/call-tool.ts';
import { createSettleToolCalls } from './call-tools/settle-tool-calls.ts';
import { createCountInput } from './count-input/count-input.ts';
import { createDebitBudget } from './debit-budget/debit-budget.ts';
import { lastFailure, stageFailure, stageFault, timedOutFailure } from './failure.ts';
import { createOwnFailures, type StageAttempt } from './own-failures.ts';
import { createRefreshContext } from './refresh-context/refresh-context.ts';
import { createSelectModel } from './select-model/select-model.ts';
import { createEndSession } from './session/end-session.ts';
import type { StageDeps } from './stage-deps.ts';
import { type StageRef, stageFailedLine } from './stage-failed-line.ts';
import type { Activities } from './stage-results.ts';
import { createSummarize } from './summarize/summarize.ts';

/**
 * The stages of a turn. The log is told where a failure of a stage came from; Temporal learns only its type. A stage that
 * was cancelled did not fail: the worker shuts down, or the session is over. A stage that fails by itself at the same place
 * again and again is not tried any more, and its session ends.
 */
export function createActivities(deps: StageDeps): Activities {
  const ownFailures = createOwnFailures();
  const mapped =
    <Ref extends StageRef, Result>(stage: string, run: (ref: Ref) => Promise<Result>) =>
    (ref: Ref): Promise<Result> =>
      withLogContext(contextOf(ref), () => attempted(stage, ref, run));

  async function attempted<Ref extends StageRef, Result>(
    stage: string,
    ref: Ref,
    run: (ref: Ref) => Promise<Result>,
  ): Promise<Result> {
    const startedMs = deps.nowMs();
    const { attempt, isLocal } = Context.current().info;
    const place = { ...ref, stage };
    const begun = ownFailures.begin(place, attempt, isLocal);
    if (begun === undefined) throw reported(timedOutFailure(stage), undefined);
    deps.shares.turns.touch(ref.sessionId);
    try {
      const result = await deps.watch.run(ref.tenantId, place, () => run(ref));
      begun.succeeded();
      if (isPause(result)) deps.shares.turns.leave(ref.sessionId);
      return result;
    } catch (thrown) {
      const failure = stageFailure(thrown);
      if (failure instanceof CancelledFailure) throw failure;
      throw reported(isLast(failure, thrown, begun) ? lastFailure(failure, stage) : failure, thrown);
    }

    function reported(failure: ApplicationFailure, thrown: unknown): ApplicationFailure {
      const durationMs = deps.nowMs() - startedMs;
      deps.report(stageFailedLine(stage, ref, { thrown, failure, durationMs }));
      return failure;
    }
  }

  return {
    refreshContext: mapped('refreshContext', createRefreshContext(deps)),
    selectModel: mapped('selectModel', createSelectModel(deps)),
    askAboutInput: mapped('askAboutInput', createAskAboutInput(deps)),
    callModel: mapped('callModel', createCallModel(deps)),
    countInput: mapped('countInput', createCountInput(deps)),
    callBundledTool: mapped('callBundledTool', createCallBundledTool(deps)),
    callTool: mapped('callTool', createCallTool(deps)),
    settleToolCalls: mapped('settleToolCalls', createSettleToolCalls(deps)),
    debitBudget: mapped('debitBudget', createDebitBudget(deps)),
    summarize: mapped('summarize', createSummarize(deps)),
    endSession: mapped('endSession', createEndSession(deps)),
  };
}

/** What the lines of a stage name. */
function contextOf({ tenantId, sessionId, turn, requestId }: StageRef): LogContext {
  const { workflowExecution } = Context.current().info;
  return {
    tenant_id: tenantId,
    session_id: sessionId,
    turn,
    request_id: requestId,
    temporal_run_id: workflowExecution?.runId,
  };
}

/** True for a result after which the session does nothing for a while, or for ever. */
function isPause(result: unknown): boolean {
  const { kind }: { kind?: unknown } = Object(result);
  return ['idle', 'still_idle', 'wait', 'queue', 'no_slot', 'asks', 'ended'].includes(String(kind));
}

/** True when the stage is not to be tried again. A failure that a stage made itself says so already. */
function isLast(failure: ApplicationFailure, thrown: unknown, attempt: StageAttempt): boolean {
  if (failure === thrown) return false;
  switch (stageFault(thrown)) {
    case 'others':
      attempt.failedByOthers();
      return false;
    case 'itself':
    case 'unknown':
      return attempt.failedByItself();
    case 'bug':
      return true;
  }
}
