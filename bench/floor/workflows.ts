import { continueAsNew, proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { FloorActivities } from './activities.ts';
import type { FloorRun } from './shapes.ts';

const local = proxyLocalActivities<FloorActivities>({ startToCloseTimeout: '5 seconds' });
const regular = proxyActivities<FloorActivities>({ startToCloseTimeout: '15 minutes' });

/** The session loop with nothing in it: it costs what Temporal itself takes for the turns of a session. */
export async function floorSession({ from, ...run }: FloorRun & { readonly from: number }): Promise<void> {
  for (let turn = from; turn < run.turns; turn++) {
    for (const [index, stage] of run.stages.entries()) {
      if (stage === 'local') await local.step({ turn, index, forMs: 0 });
      else await regular.step({ turn, index, forMs: run.regularMs });
    }
    if (workflowInfo().continueAsNewSuggested) await continueAsNew<typeof floorSession>({ ...run, from: turn + 1 });
  }
}
