import { type Deleted, type Page, pageQuerySchema } from '../../contract/fields.ts';
import { type ApiKeyResource, createApiKeySchema } from '../../contract/keys.ts';
import { type ApiKeyRow, apiKeysOf, insertApiKey, revokeApiKey as revokeKey } from '../../db/queries/api-key.ts';
import { newId } from '../../processes/ids.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { decodeIdCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { createApiKey } from './api-key.ts';
import { requireRoom } from './require-room.ts';

/** Lists API keys, newest first. @throws ServiceError invalid_cursor */
export const listApiKeys: Verb<{ query: unknown }, Page<ApiKeyResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { limit, cursor } = parseInput(pageQuerySchema, input.query);
  const after = decodeIdCursor('key', cursor);
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => apiKeysOf(tx, limit + 1, after));
  return pageOf(rows, limit, apiKeyResource, (row) => row.id);
};

/** Makes an API key. The key itself is in this answer and nowhere else. @throws ServiceError quota_exceeded */
export const createKey: Verb<{ body: unknown }, ApiKeyResource & { key: string }> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(createApiKeySchema, input.body);
  const fresh = createApiKey();
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await requireRoom(tx, { api_keys: 1 });
    const row = await insertApiKey(tx, {
      id: newId('key', ctx.nowMs()),
      tenantId: ctx.tenantId,
      name: request.name,
      sha256: fresh.sha256,
      shownPrefix: fresh.shownPrefix,
      scopes: request.scopes,
      expiresAt: request.expires_at === undefined ? null : new Date(request.expires_at),
    });
    await audit(tx, ctx, 'api_key.create', row.id, { scopes: request.scopes });
    return { ...apiKeyResource(row), key: fresh.key };
  });
};

/** Revokes an API key. @throws ServiceError api_key_not_found */
export const revokeApiKey: Verb<{ keyId: string }, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  await ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (!(await revokeKey(tx, input.keyId))) {
      throw new ServiceError('api_key_not_found', `No API key "${input.keyId}".`);
    }
    await audit(tx, ctx, 'api_key.revoke', input.keyId);
  });
  // Streams that the key has opened end at once.
  ctx.afterCommit(() => ctx.notifier.accessChanged(ctx.tenantId));
  return { id: input.keyId, deleted: true };
};

/** Makes the resource that clients see of a key: everything but the key itself. */
export function apiKeyResource(row: ApiKeyRow): ApiKeyResource {
  return {
    id: row.id,
    name: row.name,
    prefix: row.shownPrefix,
    scopes: [...row.scopes],
    created_at: row.createdAt.toISOString(),
    expires_at: row.expiresAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
  };
}
