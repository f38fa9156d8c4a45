import type { Tx } from '../../db/database.ts';
import { insertAuditEntry } from '../../db/queries/audit.ts';
import { newId } from '../../processes/ids.ts';
import type { ServiceContext } from './context.ts';

/** The last step of a verb that changes something: notes who did it, in the transaction that does it. */
export async function audit(
  tx: Tx,
  ctx: ServiceContext,
  action: string,
  target: string,
  detail: Record<string, unknown> = {},
): Promise<void> {
  await insertAuditEntry(tx, {
    id: newId('aud', ctx.nowMs()),
    actor: ctx.keyId,
    action,
    target,
    detail: { ...detail, request_id: ctx.requestId },
  });
}
