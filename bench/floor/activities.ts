import { setTimeout as pause } from 'node:timers/promises';
import { Context } from '@temporalio/activity';

export interface FloorStep {
  readonly turn: number;
  readonly index: number;
  readonly forMs: number;
}

export interface FloorActivities {
  step(step: FloorStep): Promise<void>;
}

/** `turnStarts` takes down when each turn of each workflow began. */
export function createFloorActivities(turnStarts: Map<string, number[]>): FloorActivities {
  return {
    async step({ turn, index, forMs }) {
      if (index === 0) {
        const { workflowId } = Context.current().info.workflowExecution ?? {};
        const starts = turnStarts.get(workflowId ?? '') ?? [];
        // A repeated attempt does not move it.
        starts[turn] ??= performance.now();
        turnStarts.set(workflowId ?? '', starts);
      }
      if (forMs > 0) await pause(forMs);
    },
  };
}
