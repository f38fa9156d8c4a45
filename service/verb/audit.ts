import type { Tx } from '../../db/database.ts';
import { insertAuditEntry } from '../../db/queries/audit.ts';
import { newId } from '../../processes/ids.ts';
import type { OperatingContext } from './context.ts';

/** The last step of a verb that changes something: notes who did it, in the transaction that does it. */
export async function audit(
  tx: Tx,
  ctx: Pick<OperatingContext, 'keyId' | 'nowMs' | 'requestId'>,
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
