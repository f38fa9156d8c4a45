import type { Context } from '@temporalio/activity';
import type { ActivityInterceptors } from '@temporalio/worker';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';

/**
 * When a regular activity is tried again, the worker that ran it first has probably died. What Temporal has to do next in the
 * session would wait 2 s for that worker. So the session is freed from it. If the worker still lives, the only price is that
 * another worker replays the history.
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
