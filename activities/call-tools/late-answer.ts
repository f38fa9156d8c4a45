import { ApplicationFailure } from '@temporalio/common';
import type { ToolCallRow } from '../../db/queries/tool-call.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import type { ToolResult } from '../../mcp/calls/tool-call.ts';
import { stageFailure } from '../failure.ts';
import type { StageDeps } from '../stage-deps.ts';
import { stageFailedLine } from '../stage-failed-line.ts';
import type { CallRef } from '../stage-results.ts';
import { storeJudgedResult } from './judged-result.ts';
import { outcomeOfResult } from './tool-outcome.ts';

/**
 * Stores what a server answers to a call that was given up. The stage of the call is over, so nothing waits for this, and
 * nothing does it again: an answer that cannot be stored is reported and lost. Where the outcome of the call is not stored yet,
 * this is its outcome, because no result was made up.
 */
export async function keepLateAnswer(
  deps: StageDeps,
  ref: CallRef,
  { call, guardrails }: { readonly call: ToolCallRow; readonly guardrails: GuardrailLayers },
  result: ToolResult,
): Promise<void> {
  const startedMs = deps.nowMs();
  try {
    await storeJudgedResult(deps, ref, call, outcomeOfResult(result), { latencyMs: 0, guardrails });
    deps.notifier.eventsAppended(ref.sessionId);
  } catch (thrown) {
    const failure = stageFailure(thrown);
    if (!(failure instanceof ApplicationFailure)) return;
    const durationMs = deps.nowMs() - startedMs;
    deps.report({ ...stageFailedLine('keepLateAnswer', ref, { thrown, failure, durationMs }), retried: false });
  }
}
