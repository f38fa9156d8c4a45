import proto from '@temporalio/proto';

type Described = proto.temporal.api.workflowservice.v1.IDescribeWorkflowExecutionResponse;
type PendingActivity = proto.temporal.api.workflow.v1.IPendingActivityInfo;

/** An activity of a workflow that has not ended. */
export interface ActivityProgress {
  /** The name of the stage. */
  readonly stage: string;
  /** `waiting`: no worker has taken it. `backing_off`: its last attempt failed, and the next one is due at `nextAt`. */
  readonly state: 'under_way' | 'waiting' | 'backing_off';
  /** Counts from 1. */
  readonly attempt: number;
  readonly since: Date | undefined;
  readonly lastHeartbeatAt: Date | undefined;
  readonly nextAt: Date | undefined;
  /** The type of the failure of the last attempt: `stage.timed_out`, or `heartbeat` where its worker was not heard of any more. */
  readonly lastFailure: string | undefined;
}

/** What Temporal knows of the workflow of a session. */
export type WorkflowProgress =
  | {
      readonly kind: 'open';
      /** Set while the workflow has something to do: `waiting` for a worker, or taken by one. */
      readonly task:
        | { readonly state: 'waiting' | 'under_way'; readonly since: Date | undefined; readonly attempt: number }
        | undefined;
      readonly activities: readonly ActivityProgress[];
    }
  /** It is closed or gone. */
  | { readonly kind: 'closed' }
  | { readonly kind: 'away' };

const { PendingActivityState, PendingWorkflowTaskState, TimeoutType, WorkflowExecutionStatus } =
  proto.temporal.api.enums.v1;

export function progressOf(described: Described): WorkflowProgress {
  const status = described.workflowExecutionInfo?.status;
  const isOpen =
    status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_RUNNING ||
    status === WorkflowExecutionStatus.WORKFLOW_EXECUTION_STATUS_CONTINUED_AS_NEW;
  if (!isOpen) return { kind: 'closed' };
  const task = described.pendingWorkflowTask;
  return {
    kind: 'open',
    task: task
      ? {
          state: task.state === PendingWorkflowTaskState.PENDING_WORKFLOW_TASK_STATE_STARTED ? 'under_way' : 'waiting',
          since: dateOf(task.startedTime) ?? dateOf(task.scheduledTime),
          attempt: task.attempt ?? 1,
        }
      : undefined,
    activities: (described.pendingActivities ?? []).map(activityOf),
  };
}

function activityOf(activity: PendingActivity): ActivityProgress {
  const nextAt = dateOf(activity.nextAttemptScheduleTime);
  const isStarted = activity.state !== PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED;
  return {
    stage: activity.activityType?.name ?? '',
    state: isStarted ? 'under_way' : nextAt !== undefined && nextAt.getTime() > Date.now() ? 'backing_off' : 'waiting',
    attempt: activity.attempt ?? 1,
    since: isStarted ? dateOf(activity.lastStartedTime) : dateOf(activity.scheduledTime),
    lastHeartbeatAt: dateOf(activity.lastHeartbeatTime),
    nextAt,
    lastFailure: failureOf(activity),
  };
}

/** Only types: a message may hold what a provider or a tool wrote. */
function failureOf({ lastFailure: failure }: PendingActivity): string | undefined {
  if (!failure) return undefined;
  if (failure.timeoutFailureInfo) {
    return failure.timeoutFailureInfo.timeoutType === TimeoutType.TIMEOUT_TYPE_HEARTBEAT ? 'heartbeat' : 'timed_out';
  }
  return failure.applicationFailureInfo?.type ?? 'unknown';
}

interface Timestamp {
  readonly seconds?: { toNumber(): number } | null;
  readonly nanos?: number | null;
}

function dateOf(timestamp: Timestamp | null | undefined): Date | undefined {
  if (!timestamp?.seconds) return undefined;
  return new Date(timestamp.seconds.toNumber() * 1_000 + Math.floor((timestamp.nanos ?? 0) / 1_000_000));
}
