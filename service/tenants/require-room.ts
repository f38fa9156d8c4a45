import type { Tx } from '../../db/database.ts';
import { type Additions, limitInTheWay } from '../../db/tenant-room.ts';
import { limitNamed, limitSentence, type ReachedLimit } from '../../domain/tenant-limits.ts';
import { ServiceError } from '../verb/service-error.ts';

/**
 * Refuses what the tenant has no room for. A verb asks in its transaction.
 * @throws ServiceError limit_reached, quota_exceeded
 */
export async function requireRoom(tx: Tx, additions: Additions): Promise<void> {
  const reached = await limitInTheWay(tx, additions);
  if (reached !== undefined) throw limitRefusal(reached);
}

const RETRY_AFTER_MS = 5_000;

/** The refusal names the limit, its use and what to do: 429 for what passes by itself, and 413 for what does not. */
export function limitRefusal(reached: ReachedLimit): ServiceError {
  const { name, used, limit } = reached;
  const { kind, unit, remedy } = limitNamed(name);
  const action = `${remedy} The operator of the service can raise the limit "${name}".`;
  const passes = kind === 'at_once' || kind === 'rate';
  return new ServiceError(passes ? 'limit_reached' : 'quota_exceeded', limitSentence(reached), {
    recovery: { action, wait_ms: passes ? RETRY_AFTER_MS : undefined },
    limit: { name, used, limit, unit },
  });
}
