import type { Client } from '@temporalio/client';

/** Bytes and events of a workflow's history, over all its runs (continue-as-new begins a new one). */
export async function historyOf(client: Client, workflowId: string): Promise<{ bytes: number; events: number }> {
  const handle = client.workflow.getHandle(workflowId);
  const total = { bytes: 0, events: 0 };
  for (let runId: string | undefined = (await handle.describe()).runId; runId !== undefined; ) {
    const run = client.workflow.getHandle(workflowId, runId);
    const { historySize, historyLength } = await run.describe();
    total.bytes += historySize ?? 0;
    total.events += historyLength;
    runId = await runBefore(run);
  }
  return total;
}

async function runBefore(run: ReturnType<Client['workflow']['getHandle']>): Promise<string | undefined> {
  const { events } = await run.fetchHistory();
  return events?.[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId || undefined;
}
