import type { Client, HistoryAndWorkflowId, WorkflowExecutionInfo } from '@temporalio/client';
import { SESSION_WORKFLOW_TYPE } from '../../temporal/session-workflow.ts';

export interface ProductionHistoriesOptions {
  /** So many live sessions are taken, the latest started first, and as many that closed lately. */
  readonly limit: number;
  /** Closed sessions count as recent for so long. */
  readonly recentMs: number;
  readonly nowMs: number;
}

/** Reads the histories of live and of recently closed runs of the workflow of sessions, one after the other. */
export async function* productionHistories(
  client: Client,
  { limit, recentMs, nowMs }: ProductionHistoriesOptions,
): AsyncGenerator<HistoryAndWorkflowId> {
  const ours = `WorkflowType = "${SESSION_WORKFLOW_TYPE}"`;
  const since = new Date(nowMs - recentMs).toISOString();
  for (const query of [`${ours} AND ExecutionStatus = "Running"`, `${ours} AND CloseTime > "${since}"`]) {
    yield* historiesOf(client, client.workflow.list({ query }), limit);
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
