import type { FaultPoint } from '../../activities/stage-deps.ts';
import { joinDatabase } from '../../db/joined-database.ts';
import { passingTrouble } from '../../db/passing-error.ts';
import { lockPendingItem, putItemOff, settleItem } from '../../db/queries/bulk-item.ts';
import { actOnSession, passesByItself } from '../../service/bulk/act-on-session.ts';
import type { OperatingDeps } from '../../service/verb/context.ts';
import { ServiceError } from '../../service/verb/service-error.ts';
import type { BulkPart } from './bulk-part.ts';

export interface BulkItemDeps extends OperatingDeps {
  readonly reached: (point: FaultPoint) => void;
}

type Item = BulkPart['items'][number];

/** An error of ours may pass, but nobody waits for it for ever. */
const MOST_ATTEMPTS = 8;

/**
 * Acts on one session and notes the outcome, in one transaction that locks the item: so each session is acted on once, however
 * many workers try it and whenever they die. A process that dies before the commit has done nothing. Behind it, what it would
 * still have told others is found by the watches that find it for single requests.
 */
export async function settleBulkItem(deps: BulkItemDeps, part: BulkPart, item: Item): Promise<void> {
  try {
    await act(deps, part, item);
  } catch (error) {
    await noteFailure(deps, part, item, error);
  }
}

async function act(deps: BulkItemDeps, { job, caller }: BulkPart, { place, sessionId }: Item): Promise<void> {
  const afterCommit: (() => void)[] = [];
  await deps.db.transaction(caller.tenantId, async (tx) => {
    if (!(await lockPendingItem(tx, job.id, place))) return;
    const db = joinDatabase(deps.db, tx);
    try {
      await actOnSession({ ...deps, ...caller, db, afterCommit: (work) => afterCommit.push(work) }, sessionId, job);
      if (db.failure !== undefined) throw db.failure.error;
      settleItem(tx, job.id, place, { outcome: 'done' });
      deps.reached('bulk_item.before');
    } finally {
      db.leave();
    }
  });
  deps.reached('bulk_item.after');
  for (const each of afterCommit) each();
}

/** What was refused has changed nothing. @throws when Postgres cannot be told either: then the job is taken on again */
async function noteFailure(deps: BulkItemDeps, part: BulkPart, { place }: Item, error: unknown): Promise<void> {
  const { job, caller } = part;
  await deps.db.transaction(caller.tenantId, async (tx) => {
    if (error instanceof ServiceError && !passesByItself(error)) {
      settleItem(tx, job.id, place, { outcome: 'refused', code: error.code, message: error.message });
      return;
    }
    const passes = error instanceof ServiceError || passingTrouble(error) !== undefined;
    const { code, message } = reasonOf(error, passes);
    const attempts = await putItemOff(tx, job.id, place, { code, message });
    if (attempts === undefined || passes) return;
    deps.warn('A session of a bulk job could not be acted on.', error);
    if (attempts >= MOST_ATTEMPTS) settleItem(tx, job.id, place, { outcome: 'failed', code, message });
  });
}

function reasonOf(error: unknown, passes: boolean): { readonly code: string; readonly message: string } {
  if (error instanceof ServiceError) return error;
  return passes
    ? { code: 'database_unavailable', message: 'Postgres did not answer in time.' }
    : { code: 'internal_error', message: 'The service failed. The log of the worker says more.' };
}
