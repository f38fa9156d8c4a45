import type { ApiKeyScope } from '../../contract/keys.ts';
import type { Tx } from '../database.ts';

/** An answer as it is stored, with all that is needed to give it again. */
export interface StoredAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface KeyClaim {
  readonly key: string;
  readonly requestSha256: Buffer;
  readonly scope: ApiKeyScope;
  /** Identifies the request that claims the key. */
  readonly lease: string;
  readonly leaseMs: number;
}

/**
 * Claims a key that is new, is older than 24 h, or whose lease ran out under the same request. If another transaction has
 * inserted it and not yet committed, this waits. A key that is not claimed stays locked until this transaction ends.
 * @returns false when the key has an answer, is leased, or belongs to another request
 */
export async function claimIdempotencyKey(tx: Tx, claim: KeyClaim): Promise<boolean> {
  const rows = await tx.query(
    'claim-idempotency-key',
    `INSERT INTO idempotency_key AS k (tenant_id, key, request_sha256, scope, lease, leased_until)
     VALUES ($1, $2, $3, $4, $5, now() + make_interval(secs => $6::float8 / 1000))
     ON CONFLICT (tenant_id, key) DO UPDATE
        SET request_sha256 = excluded.request_sha256, scope = excluded.scope, lease = excluded.lease,
            leased_until = excluded.leased_until, status = NULL, headers = NULL, body = NULL, created_at = now()
      WHERE k.created_at < now() - interval '24 hours'
         OR (k.leased_until < now() AND k.request_sha256 = excluded.request_sha256)
     RETURNING 1`,
    [tx.tenantId, claim.key, claim.requestSha256, claim.scope, claim.lease, claim.leaseMs],
  );
  return rows.length > 0;
}

export interface IdempotencyKeyRow {
  readonly requestSha256: Buffer;
  readonly scope: ApiKeyScope;
  /** Null while a request is under way. */
  readonly answer: StoredAnswer | null;
  /** How long the lease still lasts; 0 without a lease. */
  readonly leftMs: number;
}

export async function readIdempotencyKey(tx: Tx, key: string): Promise<IdempotencyKeyRow | undefined> {
  const rows = await tx.query<IdempotencyKeyRow>(
    'read-idempotency-key',
    `SELECT request_sha256 AS "requestSha256", scope,
            CASE WHEN status IS NOT NULL
                 THEN jsonb_build_object('status', status, 'headers', headers, 'body', body) END AS answer,
            greatest(0, coalesce(extract(epoch FROM leased_until - now()) * 1000, 0))::float8 AS "leftMs"
       FROM idempotency_key WHERE tenant_id = $1 AND key = $2`,
    [tx.tenantId, key],
  );
  return rows[0];
}

/** Ends a claim with an answer. Does nothing if another request has claimed the key since. */
export async function storeIdempotentAnswer(tx: Tx, key: string, lease: string, answer: StoredAnswer): Promise<void> {
  await tx.query(
    'store-idempotent-answer',
    `UPDATE idempotency_key SET lease = NULL, leased_until = NULL, status = $4, headers = $5, body = $6
      WHERE tenant_id = $1 AND key = $2 AND lease = $3`,
    [tx.tenantId, key, lease, answer.status, JSON.stringify(answer.headers), answer.body],
  );
}

/** Gives a claim up. The key is then as if it had never been used. */
export async function releaseIdempotencyKey(tx: Tx, key: string, lease: string): Promise<void> {
  await tx.query(
    'release-idempotency-key',
    'DELETE FROM idempotency_key WHERE tenant_id = $1 AND key = $2 AND lease = $3',
    [tx.tenantId, key, lease],
  );
}

/** Deletes keys of any tenant that are older than 24 h. @returns how many, at most `limit` */
export async function forgetIdempotencyKeys(tx: Tx, limit: number): Promise<number> {
  const rows = await tx.query(
    'forget-idempotency-keys',
    `DELETE FROM idempotency_key WHERE (tenant_id, key) IN (
       SELECT tenant_id, key FROM idempotency_key WHERE created_at < now() - interval '24 hours'
        LIMIT $1 FOR UPDATE SKIP LOCKED)
     RETURNING 1`,
    [limit],
  );
  return rows.length;
}
