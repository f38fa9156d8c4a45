import { type Deleted, type Page, pageQuerySchema } from '../../contract/fields.ts';
import { type GuardrailProviderResource, guardrailProviderRequestSchema } from '../../contract/guardrail-providers.ts';
import { MASK } from '../../contract/mcp-server-secrets.ts';
import {
  deleteGuardrailProvider,
  type GuardrailProviderRow,
  guardrailProvidersInUse,
  insertGuardrailProvider,
  listGuardrailProviders,
} from '../../db/queries/guardrail-provider.ts';
import { maskedAddress } from '../../domain/secret-address.ts';
import { newId } from '../../processes/ids.ts';
import { hintOf } from '../models/providers.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { requireAddress } from '../verb/require-address.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';

/** Lists the connected providers, newest first. @throws ServiceError invalid_cursor */
export const listProviders: Verb<{ query: unknown }, Page<GuardrailProviderResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(pageQuerySchema, input.query);
  const rows = await ctx.db.transaction(ctx.tenantId, listGuardrailProviders);
  return pageOfWhole(rows.map(resourceOf), query, ({ id }) => id);
};

/**
 * Stores a provider, with its key sealed for this tenant and row. It judges nothing until a rule names it. Never dials.
 * @throws ServiceError guardrail_provider_exists, address_not_allowed, quota_exceeded
 */
export const connectProvider: Verb<{ body: unknown }, GuardrailProviderResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(guardrailProviderRequestSchema, input.body);
  await requireAddress(ctx, 'url', request.url);
  const id = newId('grd', ctx.nowMs());
  const { api_key: key } = request;
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    await requireRoom(tx, { guardrail_providers: 1 });
    const row = await insertGuardrailProvider(tx, {
      id,
      name: request.name,
      url: request.url,
      sealedKey: key === undefined ? null : ctx.sealer.seal(key, { tenantId: ctx.tenantId, rowId: id }),
      keyHint: key === undefined ? null : hintOf(key),
      timeoutMs: request.timeout_ms,
      onFailure: request.on_failure,
    });
    if (row === undefined) {
      throw new ServiceError(
        'guardrail_provider_exists',
        `A guardrail provider named "${request.name}" exists already.`,
        {
          param: 'name',
        },
      );
    }
    await audit(tx, ctx, 'guardrail_provider.create', id, { name: row.name, on_failure: row.onFailure });
    return resourceOf(row);
  });
};

/** Disconnects a provider that no rule names. @throws ServiceError guardrail_provider_not_found, guardrail_provider_in_use */
export const removeProvider: Verb<{ providerId: string }, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { providerId: id } = input;
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const row = (await listGuardrailProviders(tx)).find((each) => each.id === id);
    if (row === undefined) throw new ServiceError('guardrail_provider_not_found', `No guardrail provider "${id}".`);
    const inUse = await guardrailProvidersInUse(tx);
    if (inUse.has(row.id) || inUse.has(row.name)) {
      throw new ServiceError('guardrail_provider_in_use', `A rule asks the guardrail provider "${row.name}".`, {
        recovery: { action: 'Take the rule out with PUT /v1/guardrails/config first.' },
      });
    }
    await deleteGuardrailProvider(tx, id);
    await audit(tx, ctx, 'guardrail_provider.delete', id, { name: row.name });
    return { id, deleted: true };
  });
};

function resourceOf(row: GuardrailProviderRow): GuardrailProviderResource {
  return {
    id: row.id,
    name: row.name,
    url: maskedAddress(row.url, MASK),
    api_key: row.keyHint,
    timeout_ms: row.timeoutMs,
    on_failure: row.onFailure,
    created_at: row.createdAt.toISOString(),
  };
}
