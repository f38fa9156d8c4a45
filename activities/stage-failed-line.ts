import { Context } from '@temporalio/activity';
import type { ApplicationFailure } from '@temporalio/common';
import { systemCodeOf } from '../processes/error-cause.ts';
import type { StageFailed } from '../processes/log-line.ts';
import { stackOfError } from '../processes/logged-error.ts';
import type { SessionOfStage } from './stage-results.ts';

/** What stages are called with. */
export type StageRef = SessionOfStage & {
  readonly turn?: number;
  readonly selection?: number;
  readonly toolCallId?: string;
};

/** The line for one attempt of a stage that threw. Temporal counts the attempts. @param failure what Temporal is told */
export function stageFailedLine(
  stage: string,
  ref: StageRef,
  { thrown, failure, durationMs }: { thrown: unknown; failure: ApplicationFailure; durationMs: number },
): StageFailed {
  return {
    event: 'stage_failed',
    tenant_id: ref.tenantId,
    session_id: ref.sessionId,
    turn: ref.turn,
    request_id: ref.requestId,
    stage,
    attempt: Context.current().info.attempt,
    selection: ref.selection,
    call_id: ref.toolCallId,
    cause: failure.type ?? 'internal.unknown',
    code: systemCodeOf(thrown),
    retried: failure.nonRetryable !== true,
    duration_ms: durationMs,
    err: stackOfError(thrown),
  };
}
