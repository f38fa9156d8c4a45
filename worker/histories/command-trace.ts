import { proxySinks, type WorkflowInterceptorsFactory, workflowInfo } from '@temporalio/workflow';
import type { AskedCommand } from './asked-command.ts';

/** What a replay is told of each command that the workflow asks for. Bundled with the workflow for a check, never for a worker. */
type TraceSinks = { readonly commandTrace: { asked(command: AskedCommand): void } };

function trace(kind: AskedCommand['kind'], name: string): void {
  const { commandTrace } = proxySinks<TraceSinks>();
  commandTrace.asked({ kind, name, stack: new Error().stack ?? '', behindEvent: workflowInfo().historyLength });
}

export const interceptors: WorkflowInterceptorsFactory = () => ({
  outbound: [
    {
      scheduleActivity(input, next) {
        trace('activity', input.activityType);
        return next(input);
      },
      scheduleLocalActivity(input, next) {
        trace('local activity', input.activityType);
        return next(input);
      },
      startTimer(input, next) {
        trace('timer', '');
        return next(input);
      },
      continueAsNew(input, next) {
        trace('continue as new', '');
        return next(input);
      },
    },
  ],
});
