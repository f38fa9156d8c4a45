import type { SessionError } from '../../contract/events.ts';

/** The end of a session whose workflow was stopped in Temporal, which only an operator does. */
export function terminatedWorkflow(how: 'cancelled' | 'terminated'): SessionError {
  return {
    code: `workflow_${how}`,
    message: `An operator ${how} the workflow of this session in Temporal.`,
  };
}
