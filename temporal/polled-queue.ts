import type { WorkflowService } from '@temporalio/client';
import proto from '@temporalio/proto';
import { SESSION_TASK_QUEUE } from './session-workflow.ts';

const { TaskQueueType } = proto.temporal.api.enums.v1;
/** A session needs somebody who takes its workflow tasks, and somebody who takes its activities. */
const NEEDED = [TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY];
/** The server answers a poll after a minute at the latest, and the worker polls again at once. The rest is for clocks that differ. */
const POLL_MS = 75_000;

/**
 * True when a worker has polled the task queue of the sessions within the last minute. The server keeps no more than that: a
 * worker that was killed counts for so long after its last poll.
 */
export async function isQueuePolled(
  workflowService: WorkflowService,
  namespace: string,
  nowMs: number,
): Promise<boolean> {
  const described = await Promise.all(
    NEEDED.map((taskQueueType) =>
      workflowService.describeTaskQueue({ namespace, taskQueue: { name: SESSION_TASK_QUEUE }, taskQueueType }),
    ),
  );
  return described.every(({ pollers }) => hasPolled(pollers, nowMs));
}

/** The times of polls, as the server gives them. */
export function hasPolled(pollers: readonly proto.temporal.api.taskqueue.v1.IPollerInfo[], nowMs: number): boolean {
  return pollers.some(({ lastAccessTime }) => nowMs - Number(lastAccessTime?.seconds ?? 0) * 1_000 < POLL_MS);
}
