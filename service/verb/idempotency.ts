import type { Database, Tx } from '../../db/database.ts';
import { joinDatabase } from '../../db/joined-database.ts';
import {
  claimIdempotencyKey,
  forgetIdempotencyKeys,
  readIdempotencyKey,
  releaseIdempotencyKey,
  type StoredAnswer,
  storeIdempotentAnswer,
} from '../../db/queries/idempotency-key.ts';
import { limitInTheWay } from '../../db/tenant-room.ts';
import { limitRefusal } from '../tenants/require-room.ts';
import { requireScope, type ServiceContext, strongestScope } from './context.ts';
import { ServiceError } from './service-error.ts';

/** A request that its client may send more than once. */
export interface KeyedRequest {
  readonly key: string;
  /** The hash of all that distinguishes this request from others. */
  readonly sha256: Buffer;
}

/** The answer that work makes. A replay gives `stored`, which is `shown` without its secrets. */
export interface WorkedAnswer {
  readonly shown: StoredAnswer;
  readonly stored: StoredAnswer;
}

export interface OnceAnswer {
  readonly answer: StoredAnswer;
  readonly replayed: boolean;
}

type Work = (ctx: ServiceContext) => Promise<WorkedAnswer>;

/** A route that dials out has finished well before. */
const LEASE_MS = 60_000;
const RETRY_AFTER_MS = 2_000;
const FORGET_AT_ONCE = 1_000;

/**
 * Works on a request once. Key, effect and answer are one transaction, which every transaction of the verb joins.
 * Requests with the same key wait in `claim` until it ends. Then they find the answer; after a rollback, one of them
 * does the work.
 *
 * If this process dies before the commit, Postgres rolls back: nothing happened, the key is free, and the client's next
 * try counts as the first. If it dies after the commit, the next try gets the stored answer, and the reconciler and the
 * polls do what `afterCommit` would have done, as for a request without a key. If the connection dies during the
 * commit, this process does not know whether it happened, and the client's next try finds out.
 *
 * Work that throws stores nothing. So a refusal does not use up the key, and the same request may succeed later.
 * @throws ServiceError idempotency_mismatch, missing_scope, quota_exceeded; and whatever the work throws
 */
export async function answerOnce(ctx: ServiceContext, request: KeyedRequest, work: Work): Promise<OnceAnswer> {
  const afterCommit: (() => void)[] = [];
  const outcome = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const known = await claim(tx, ctx, request);
    if (known !== undefined) return { answer: known, replayed: true };
    const db = joinDatabase(ctx.db, tx);
    try {
      const { shown, stored } = await work({ ...ctx, db, afterCommit: (later) => afterCommit.push(later) });
      if (db.failure !== undefined) throw db.failure.error;
      await storeIdempotentAnswer(tx, request.key, ctx.requestId, stored);
      return { answer: shown, replayed: false };
    } finally {
      db.leave();
    }
  });
  for (const each of afterCommit) each();
  return outcome;
}

/**
 * Works on a request that dials out, for which no transaction may wait. The key is leased for 60 s instead, and other
 * requests with it are refused meanwhile. The work has transactions of its own and may be done twice.
 *
 * If this process dies while it works, or before the answer is stored, the lease runs out and the next try works again.
 * @throws ServiceError idempotency_in_progress, idempotency_mismatch, missing_scope, quota_exceeded; and whatever the work throws
 */
export async function answerUnderLease(ctx: ServiceContext, request: KeyedRequest, work: Work): Promise<OnceAnswer> {
  const { key } = request;
  const known = await ctx.db.transaction(ctx.tenantId, (tx) => claim(tx, ctx, request));
  if (known !== undefined) return { answer: known, replayed: true };
  try {
    const { shown, stored } = await work(ctx);
    await ctx.db.transaction(ctx.tenantId, (tx) => storeIdempotentAnswer(tx, key, ctx.requestId, stored));
    return { answer: shown, replayed: false };
  } catch (error) {
    await ctx.db
      .transaction(ctx.tenantId, (tx) => releaseIdempotencyKey(tx, key, ctx.requestId))
      .catch((failure: unknown) => ctx.warn('An idempotency key could not be released; its lease runs out.', failure));
    throw error;
  }
}

/** @returns the answer to the request that came first; undefined when this request is the first */
async function claim(tx: Tx, ctx: ServiceContext, request: KeyedRequest): Promise<StoredAnswer | undefined> {
  const [claimed, reached] = await Promise.all([
    claimIdempotencyKey(tx, {
      key: request.key,
      requestSha256: request.sha256,
      scope: strongestScope(ctx),
      lease: ctx.requestId,
      leaseMs: LEASE_MS,
    }),
    // Both travel in one message, so this counts the key that was claimed.
    limitInTheWay(tx, { idempotency_keys: 0, idempotency_bytes: 0 }),
  ]);
  if (claimed && reached !== undefined) throw limitRefusal(reached);
  if (claimed) return undefined;
  const row = await readIdempotencyKey(tx, request.key);
  if (row === undefined) throw new Error('A locked idempotency key is gone.');
  if (!row.requestSha256.equals(request.sha256)) {
    throw new ServiceError('idempotency_mismatch', 'The Idempotency-Key was used for another request.', {
      recovery: { action: 'Use a new key for each request, and the same one only to send a request again.' },
    });
  }
  // A replay runs no verb, so nothing else checks the scope.
  requireScope(ctx, row.scope);
  if (row.answer !== null) return row.answer;
  throw new ServiceError('idempotency_in_progress', 'A request with this Idempotency-Key is still under way.', {
    recovery: { action: 'Try again.', wait_ms: Math.ceil(Math.min(row.leftMs, RETRY_AFTER_MS)) },
  });
}

/** Deletes the expired keys of all tenants. It never throws, since the next run deletes what this one did not. */
export async function forgetOldKeys(db: Database, warn: (message: string, error: unknown) => void): Promise<void> {
  try {
    while ((await db.serviceTransaction((tx) => forgetIdempotencyKeys(tx, FORGET_AT_ONCE))) === FORGET_AT_ONCE);
  } catch (error) {
    warn('Old idempotency keys could not be deleted.', error);
  }
}
