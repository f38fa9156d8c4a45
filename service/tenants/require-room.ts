import type { Tx } from '../../db/database.ts';
import { type Additions, limitInTheWay } from '../../db/tenant-room.ts';
import {
  type LimitName,
  type LimitNameOf,
  limitNamed,
  limitSentence,
  type ReachedLimit,
  reachedBy,
} from '../../domain/tenant-limits.ts';
import type { ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/**
 * Refuses what the tenant has no room for. A verb asks in its transaction.
 * @throws ServiceError limit_reached, quota_exceeded
 */
export async function requireRoom(tx: Tx, additions: Additions): Promise<void> {
  const reached = await limitInTheWay(tx, additions);
  if (reached !== undefined) throw limitRefusal(reached);
}

/**
 * Refuses one thing that is larger than the tenant may store.
 * @throws ServiceError quota_exceeded
 */
export function requireSize(ctx: Pick<ServiceContext, 'limits'>, name: LimitNameOf<'size'>, value: unknown): void {
  const bytes = value === undefined ? 0 : Buffer.byteLength(JSON.stringify(value));
  const reached = reachedBy({ name, used: 0, limit: limitFor(ctx, name) }, bytes);
  if (reached !== undefined) throw limitRefusal(reached);
}

/**
 * Refuses one more of what the tenant has under way, or does too often.
 * @param used how much there is without it
 * @throws ServiceError limit_reached
 */
export function requireOneMore(
  ctx: Pick<ServiceContext, 'limits'>,
  name: LimitNameOf<'at_once' | 'rate'>,
  used: number,
): void {
  const reached = reachedBy({ name, used, limit: limitFor(ctx, name) }, 1);
  if (reached !== undefined) throw limitRefusal(reached);
}

/** The limit of the tenant of a request. */
export function limitFor(ctx: Pick<ServiceContext, 'limits'>, name: LimitName): number {
  return ctx.limits[name] ?? limitNamed(name).default;
}

const RETRY_AFTER_MS = 5_000;

/** The refusal names the limit, its use and what to do: 429 for what passes by itself, and 413 for what does not. */
export function limitRefusal(reached: ReachedLimit, waitMs = RETRY_AFTER_MS): ServiceError {
  const { name, used, limit } = reached;
  const { kind, unit, remedy } = limitNamed(name);
  const action = `${remedy} The operator of the service can raise the limit "${name}".`;
  const passes = kind === 'at_once' || kind === 'rate';
  return new ServiceError(passes ? 'limit_reached' : 'quota_exceeded', limitSentence(reached), {
    recovery: { action, wait_ms: passes ? waitMs : undefined },
    limit: { name, used, limit, unit },
  });
}
