import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import { createSizedCache } from '../domain/sized-cache.ts';

/** Ids of some tens of thousands of sessions. A session that is forgotten is replayed once, and nothing else happens. */
const MOST_BYTES = 4 * 1024 * 1024;

export interface ServedSessions {
  /** True when this process had the session last, as far as it knows: Temporal then hands it here first, and nothing is replayed. */
  has(sessionId: string): boolean;
  /** Notes a session whose local stage runs here. Other stages may run in any worker. */
  readonly note: (context: Context) => ActivityInterceptors;
}

export function createServedSessions(): ServedSessions {
  const served = createSizedCache<true>({ maxBytes: MOST_BYTES, bytesOf: () => 0 });
  return {
    has: (sessionId) => served.get(sessionId) === true,
    note: ({ info }) => ({
      inbound: {
        execute(input, next) {
          const { isLocal, workflowExecution } = info;
          if (isLocal && workflowExecution !== undefined) served.set(workflowExecution.workflowId, true);
          return next(input);
        },
      },
    }),
  };
}
