import { continueAsNew, proxyActivities, sleep, workflowInfo } from '@temporalio/workflow';
import { HEARTBEAT_TIMEOUT_MS } from '../domain/call-heartbeats.ts';
import type { BulkActivities, BulkJobInput } from '../temporal/bulk-job-workflow.ts';

/** A job is never given up: what it waits for, Postgres among it, comes back, or somebody cancels the job. */
const { advanceBulkJob } = proxyActivities<BulkActivities>({
  startToCloseTimeout: '5 minutes',
  heartbeatTimeout: HEARTBEAT_TIMEOUT_MS,
  retry: { initialInterval: '100 milliseconds', maximumInterval: '5 seconds', backoffCoefficient: 2 },
});

/** Carries a bulk job out. Its progress is in Postgres, so it continues as new with what it was started with. */
export async function bulkJob(job: BulkJobInput): Promise<void> {
  for (;;) {
    const step = await advanceBulkJob(job);
    if (step.kind === 'done') return;
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof bulkJob>(job);
    if (step.waitMs > 0) await sleep(step.waitMs);
  }
}
