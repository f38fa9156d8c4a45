import type { Database } from '../db/database.ts';
import { runToStart } from '../db/queries/session-retry.ts';
import { markWorkflowStarted } from '../db/queries/sessions-to-reconcile.ts';
import type { SessionWorkflows } from '../temporal/session-workflows.ts';

/**
 * Starts the run of a session's workflow that its row asks for. The run goes on from what is stored, so it does not matter who
 * starts it, when, or how often.
 * @returns false when an earlier run has not closed yet; then it has to be tried again
 */
export async function startWorkflowOf(
  deps: { readonly db: Database; readonly sessions: Pick<SessionWorkflows, 'start'>; readonly nowMs: () => number },
  { tenantId, sessionId }: { readonly tenantId: string; readonly sessionId: string },
): Promise<boolean> {
  const { db, sessions, nowMs } = deps;
  const run = await db.transaction(tenantId, (tx) => runToStart(tx, sessionId));
  if (run === undefined) return true;
  const { agentId, requestId, retries, turn, firstTurn, selection, idleTimeoutMs } = run;
  const session = { tenantId, sessionId, agentId, requestId: requestId ?? undefined };
  const goesOn = {
    retries,
    turn,
    selection,
    idleUntilMs: idleTimeoutMs === null ? undefined : nowMs() + idleTimeoutMs,
  };
  const isNew = retries === 0 && firstTurn === 0;
  const started = await sessions.start(isNew ? session : { ...session, goesOn });
  if (started === 'not_yet') return false;
  await db.transaction(tenantId, (tx) => markWorkflowStarted(tx, sessionId, retries));
  return true;
}
