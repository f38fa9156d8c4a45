import type { Database, Tx } from '../../db/database.ts';
import { type ApiKeyRow, apiKeyById, apiKeyBySha256, apiKeysInUse, touchApiKey } from '../../db/queries/api-key.ts';
import { createSizedCache, fewBytes } from '../../domain/sized-cache.ts';
import { type Caller, hasScope } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';
import { isWellFormedKey, sha256OfKey } from './api-key.ts';

/** `last_used_at` of a key is written at most this often by a process. */
const TOUCH_EVERY_MS = 60_000;
/** A process remembers of some ten thousand keys that their use was written. */
const KEPT_BYTES = 4 * 1024 * 1024;

/** The whole header: what stands behind the key would be ignored otherwise, and may be another key. */
const BEARER = /^bearer +([^\s,]+)$/i;

export type Authenticate = (authorization: string | undefined, requestId: string) => Promise<Caller>;

/**
 * Finds out who calls, by the Authorization header. No key is cached, so revocation and expiry hold from the next
 * request on.
 */
export function createAuthenticate(deps: { db: Database; nowMs: () => number }): Authenticate {
  /** Keys whose use was written less than TOUCH_EVERY_MS ago. */
  const touched = createSizedCache<true>({
    maxBytes: KEPT_BYTES,
    bytesOf: fewBytes,
    ttlMs: TOUCH_EVERY_MS,
    nowMs: deps.nowMs,
  });

  return async (authorization, requestId) => {
    const key = bearerOf(authorization);
    if (!isWellFormedKey(key)) throw invalidKey();
    const sha256 = sha256OfKey(key);
    const found = await deps.db.serviceTransaction(
      async (tx) => {
        const row = await apiKeyBySha256(tx, sha256);
        if (row !== undefined && isDue(row.id)) await touchApiKey(tx, row.id);
        return row;
      },
      { part: partOf(sha256) },
    );
    if (found === undefined || found.revokedAt !== null) throw invalidKey();
    if (isExpired(found, deps.nowMs())) {
      throw new ServiceError('expired_api_key', 'The API key has expired.', {
        recovery: { action: 'Make a new one with POST /v1/api-keys.' },
      });
    }
    const { tenantId, id: keyId, scopes, limits, suspended, expiresAt } = found;
    return { tenantId, keyId, scopes, limits, suspended, keyExpiresAt: expiresAt, requestId };
  };

  function isDue(keyId: string): boolean {
    if (touched.get(keyId) !== undefined) return false;
    touched.set(keyId, true);
    return true;
  }
}

/**
 * The part of the connections on which a key is looked up. A flood of requests with one key leaves connections to the others,
 * to the operator's among them. Anyone can make up keys, so the number of parts is bounded.
 */
function partOf(sha256: Buffer): string {
  return `key ${sha256[0]}`;
}

/** Tells which of these keys would still be let in to read: a stream that a key opened may stay open for weeks. */
export type KeysThatMayRead = (keyIds: readonly string[]) => Promise<ReadonlySet<string>>;

export function createKeysThatMayRead(deps: { db: Database; nowMs: () => number }): KeysThatMayRead {
  return async (keyIds) => {
    const rows = await deps.db.serviceTransaction((tx) => apiKeysInUse(tx, keyIds));
    const nowMs = deps.nowMs();
    const valid = rows.filter((row) => row.revokedAt === null && !isExpired(row, nowMs) && hasScope(row, 'read'));
    return new Set(valid.map((row) => row.id));
  };
}

/**
 * Finds out on whose behalf work goes on that a request began.
 * @returns undefined when the key would not be let in any more
 */
export async function callerOfKey(
  tx: Tx,
  key: { readonly keyId: string; readonly requestId: string },
  nowMs: number,
): Promise<Caller | undefined> {
  const found = await apiKeyById(tx, key.keyId);
  if (found === undefined || found.revokedAt !== null || isExpired(found, nowMs)) return undefined;
  const { scopes, limits, suspended, expiresAt } = found;
  return { ...key, tenantId: tx.tenantId, scopes, limits, suspended, keyExpiresAt: expiresAt };
}

function isExpired({ expiresAt }: ApiKeyRow, nowMs: number): boolean {
  return expiresAt !== null && expiresAt.getTime() <= nowMs;
}

/** @throws ServiceError missing_api_key, invalid_api_key */
export function bearerOf(authorization: string | undefined): string {
  if (authorization === undefined || authorization === '') {
    throw new ServiceError('missing_api_key', 'No API key was sent.', {
      recovery: { action: 'Send the header "Authorization: Bearer brk_…".' },
    });
  }
  const [, key] = BEARER.exec(authorization) ?? [];
  if (key === undefined) throw invalidKey();
  return key;
}

function invalidKey(): ServiceError {
  return new ServiceError('invalid_api_key', 'The API key is not valid.', {
    recovery: { action: 'Check the key. It may be mistyped or revoked.' },
  });
}
