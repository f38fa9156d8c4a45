import type { Database } from '../../db/database.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import { suspensionOfTenant } from '../../db/queries/tenant.ts';
import { lockedByRun } from '../session/behind-lock.ts';
import type { SessionOfStage } from '../stage-results.ts';

/**
 * True for a session that is over or interrupted, or whose tenant is suspended: its calls need no slot any more, because they
 * are not made.
 */
export async function isToStop(db: Database, ref: SessionOfStage): Promise<boolean> {
  return db.transaction(ref.tenantId, async (tx) => {
    const { ended } = await lockedByRun(tx, ref);
    return ended !== undefined || (await interruptWaits(tx, ref.sessionId)) || (await suspensionOfTenant(tx)) !== null;
  });
}
