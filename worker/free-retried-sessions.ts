import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';

/**
 * A regular activity that is tried again tells of a worker that died with it, and what Temporal hands out when it is over
 * would wait 2 s for that worker to ask for it. If it lives after all, another replays a history for nothing.
 */
export function freeRetriedSessions(sessions: Pick<SessionWorkflows, 'freeFromItsWorker'>) {
  return ({ info }: Context): ActivityInterceptors => ({
    inbound: {
      async execute(input, next) {
        const { attempt, isLocal, workflowExecution } = info;
        if (isLocal || attempt === 1 || workflowExecution === undefined) return next(input);
        const freed = sessions.freeFromItsWorker(workflowExecution).catch(() => undefined);
        try {
          return await next(input);
        } finally {
          await freed;
        }
      },
    },
  });
}
