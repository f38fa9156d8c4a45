import { setTimeout as pause } from 'node:timers/promises';
import { stageFailure } from '../../activities/failure.ts';
import { heartbeating } from '../../activities/heartbeat.ts';
import type { BulkActivities, BulkJobInput, BulkStep } from '../../temporal/bulk-job-workflow.ts';
import { type BulkPart, takeBulkPart } from './bulk-part.ts';
import { type BulkItemDeps, settleBulkItem } from './settle-bulk-item.ts';

/** Each activity writes a few events into the history of the job, so it goes on for some time. */
const STINT_MS = 10_000;
/** They share the connections of the worker with its turns. */
const ITEMS_AT_ONCE = 8;

/** Makes the activity that carries bulk jobs out. */
export function createBulkActivities(deps: BulkItemDeps): BulkActivities {
  async function advance(input: BulkJobInput): Promise<BulkStep> {
    const untilMs = deps.nowMs() + STINT_MS;
    while (deps.nowMs() < untilMs) {
      const next = await takeBulkPart(deps.db, input, deps.nowMs());
      deps.reached(next.kind === 'done' ? 'bulk_job_ended.after' : 'bulk_part_taken.after');
      switch (next.kind) {
        case 'done':
          return next;
        case 'wait':
          return { kind: 'more', waitMs: Math.ceil(next.waitMs) };
        case 'part':
          await workOff(next);
      }
    }
    return { kind: 'more', waitMs: 0 };
  }

  /** Begins the sessions of a part one after the other, as fast as the rate allows. @throws the first failure, when all are over */
  async function workOff(part: BulkPart): Promise<void> {
    const firstMs = performance.now() + part.waitMs;
    const left = part.items.entries();
    const take = async () => {
      for (const [nth, item] of left) {
        await pause(Math.max(0, firstMs + (nth * 1_000) / part.job.rate - performance.now()));
        await settleBulkItem(deps, part, item);
      }
    };
    const takers = await Promise.allSettled(Array.from({ length: ITEMS_AT_ONCE }, take));
    for (const taker of takers) if (taker.status === 'rejected') throw taker.reason;
  }

  return {
    advanceBulkJob: (input) =>
      heartbeating(() => advance(input)).catch((error: unknown) => {
        deps.warn('A bulk job could not be taken on; it is tried again.', error);
        // Temporal keeps what is thrown here (I10).
        throw stageFailure(error);
      }),
  };
}
