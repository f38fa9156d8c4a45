import type { Client, HistoryAndWorkflowId, WorkflowExecutionInfo } from '@temporalio/client';
import { BULK_JOB_WORKFLOW_TYPE } from '../../temporal/bulk-job-workflow.ts';
import { SESSION_WORKFLOW_TYPE } from '../../temporal/session-workflow.ts';

export interface ProductionHistoriesOptions {
  /** So many live sessions are taken, the latest started first, as many that closed lately, and the same of bulk jobs. */
  readonly limit: number;
  /** Closed ones count as recent for so long. */
  readonly recentMs: number;
  readonly nowMs: number;
}

/** Reads the histories of live and of recently closed runs of our workflows, one after the other. */
export async function* productionHistories(
  client: Client,
  { limit, recentMs, nowMs }: ProductionHistoriesOptions,
): AsyncGenerator<HistoryAndWorkflowId> {
  const since = new Date(nowMs - recentMs).toISOString();
  for (const type of [SESSION_WORKFLOW_TYPE, BULK_JOB_WORKFLOW_TYPE]) {
    for (const condition of ['ExecutionStatus = "Running"', `CloseTime > "${since}"`]) {
      const query = `WorkflowType = "${type}" AND ${condition}`;
      yield* historiesOf(client, client.workflow.list({ query }), limit);
    }
  }
}

async function* historiesOf(client: Client, runs: AsyncIterable<WorkflowExecutionInfo>, limit: number) {
  let taken = 0;
  for await (const { workflowId, runId } of runs) {
    if (taken === limit) return;
    taken += 1;
    const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
    yield { workflowId, history };
  }
}
