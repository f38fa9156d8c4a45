import type { SessionError } from '../../contract/events.ts';
import type { Tx } from '../../db/database.ts';
import { insertAuditEntry } from '../../db/queries/audit.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { newId } from '../../processes/ids.ts';
import { endInTransaction } from '../../transitions/session-transition.ts';
import type { Ended } from '../stage-results.ts';

/** Temporal does not tell workers who somebody is that stops a workflow, and only operators can. */
const OPERATOR = 'operator';

/**
 * Ends a live session whose workflow was stopped in Temporal. The audit notes it as it notes what is asked of the API. Of a
 * workflow that was terminated the reconciler finds out, of one that was cancelled the workflow itself.
 */
export async function endWithStoppedWorkflow(
  tx: Tx,
  session: SessionRow,
  how: 'cancelled' | 'terminated',
): Promise<Ended> {
  await insertAuditEntry(tx, {
    id: newId('aud'),
    actor: OPERATOR,
    action: `workflow.${how}`,
    target: session.id,
    detail: {},
  });
  const error: SessionError = {
    code: `workflow_${how}`,
    message: `An operator ${how} the workflow of this session in Temporal.`,
    by: OPERATOR,
  };
  return endInTransaction(tx, session, 'terminated', error);
}
