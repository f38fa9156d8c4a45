import { startWorkflowOf } from '../../transitions/start-workflow.ts';
import type { OperatingContext } from '../verb/context.ts';

/**
 * Tries to start the workflow of a session that goes on from turns which are stored: its own, or those that it begins with. The
 * answer does not wait for it, so a request succeeds while Temporal is away.
 */
export async function startGoingOn(ctx: OperatingContext, sessionId: string): Promise<void> {
  const { db, sessionWorkflows: sessions, nowMs, tenantId } = ctx;
  try {
    await startWorkflowOf({ db, sessions, nowMs }, { tenantId, sessionId });
  } catch (error) {
    ctx.warn('The workflow of a session could not be started at once; the reconciler will start it.', error);
  }
}
