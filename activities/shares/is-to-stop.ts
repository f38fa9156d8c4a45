import type { Database } from '../../db/database.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import { suspensionOfTenant } from '../../db/queries/tenant.ts';
import { lockedSession } from '../session/behind-lock.ts';
import type { SessionOfStage } from '../stage-results.ts';

/**
 * True for a session that is over or interrupted, or whose tenant is suspended: its calls need no slot any more, because they
 * are not made.
 */
export async function isToStop(db: Database, { tenantId, sessionId }: SessionOfStage): Promise<boolean> {
  return db.transaction(tenantId, async (tx) => {
    const { ended } = await lockedSession(tx, sessionId);
    return ended !== undefined || (await interruptWaits(tx, sessionId)) || (await suspensionOfTenant(tx)) !== null;
  });
}
