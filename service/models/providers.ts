import type { z } from 'zod';
import { type Deleted, type Page, pageQuerySchema } from '../../contract/fields.ts';
import {
  type catalogSchema,
  type ProviderResource,
  type providerTestSchema,
  registerProviderSchema,
  testProviderSchema,
} from '../../contract/providers.ts';
import {
  deleteProvider,
  insertProvider,
  type ProviderRow,
  listProviders as readProviders,
} from '../../db/queries/provider.ts';
import type { ProviderKind } from '../../models/kinds/provider-kind.ts';
import { newId } from '../../processes/ids.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb, VerbWithoutInput } from '../verb/verb.ts';
import { refuseUnsupported, storedOptions } from './provider-options.ts';

/** Lists the tenant's own providers, newest first, then those of the environment. @throws ServiceError invalid_cursor */
export const listProviders: Verb<{ query: unknown }, Page<ProviderResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(pageQuerySchema, input.query);
  const rows = await ctx.db.transaction(ctx.tenantId, readProviders);
  const own = rows.map((row) => resourceOf(ctx, row));
  const taken = new Set(own.map((provider) => provider.name));
  const fromEnvironment = ctx.registry
    .providers([])
    .filter((provider) => !taken.has(provider.name))
    .map(
      (provider): ProviderResource => ({
        id: provider.id,
        provider: provider.kind,
        name: provider.name,
        base_url: provider.baseUrl,
        api_key: provider.kind === 'simulated' ? null : '••••',
        models: ctx.catalog.modelsOfProvider(provider).map((spec) => spec.model),
        headers: {},
        extra_body: {},
        dialect: {},
        source: provider.kind === 'simulated' ? 'embedded' : 'environment',
        created_at: null,
      }),
    );
  return pageOfWhole([...own.toReversed(), ...fromEnvironment], query, (provider) => provider.id);
};

/** Lists the kinds of providers that can be connected. */
export const readCatalog: VerbWithoutInput<z.infer<typeof catalogSchema>> = async ({ ctx }) => {
  requireScope(ctx, 'read');
  const data = ctx.catalog.kinds.map((kind) => ({
    provider: kind.name,
    display_name: kind.displayName,
    protocols: kind.adapters.map((adapter) => adapter.protocol),
    public_base_url: kind.publicBaseUrl ?? null,
    environment_variable: kind.environment?.apiKey ?? null,
    needs_api_key: kind.needsKey,
    needs_base_url: kind.publicBaseUrl === undefined,
    needs_models: kind.offers === 'registered',
    default_models: kind.knownModels.map((model) => model.id),
    dialect_settings: [...new Set(kind.adapters.flatMap((adapter) => adapter.dialectSettings))],
  }));
  return { data, next_cursor: null };
};

/**
 * Stores a provider. Its key is sealed for this tenant and row. Never dials.
 * @throws ServiceError unknown_provider, provider_exists
 */
export const registerProvider: Verb<{ body: unknown }, ProviderResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { request, kind } = checkedRequest(ctx, registerProviderSchema, input.body);
  const id = newId('prov', ctx.nowMs());
  const apiKey = request.api_key;
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const row = await insertProvider(tx, {
      id,
      kind: kind.name,
      name: request.name ?? kind.name,
      baseUrl: request.base_url ?? null,
      sealedKey: apiKey === undefined ? null : ctx.sealer.seal(apiKey, { tenantId: ctx.tenantId, rowId: id }),
      keyHint: apiKey === undefined ? null : hintOf(apiKey),
      models: request.models ?? null,
      ...storedOptions(ctx, id, request),
      source: 'api',
    });
    if (row === undefined) {
      const name = request.name ?? kind.name;
      throw new ServiceError('provider_exists', `A provider named "${name}" is connected already.`, {
        param: 'name',
        recovery: { action: 'Delete it first, or choose another name.' },
      });
    }
    await audit(tx, ctx, 'provider.create', id, { provider: kind.name, name: row.name });
    return resourceOf(ctx, row);
  });
};

/**
 * Asks the cheapest model of a provider once and stores nothing.
 * @throws ServiceError unknown_provider, unknown_model
 */
export const testProvider: Verb<{ body: unknown }, z.infer<typeof providerTestSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { request, kind } = checkedRequest(ctx, testProviderSchema, input.body);
  const name = request.name ?? kind.name;
  const models = ctx.catalog.modelsOfProvider({
    kind: kind.name,
    name,
    baseUrl: request.base_url,
    models: request.models,
    extraBody: request.extra_body,
    dialect: request.dialect,
  });
  const cheapest = models.toSorted((a, b) => Number(a.rates.outputNanoPerMtok - b.rates.outputNanoPerMtok))[0];
  if (cheapest === undefined) {
    throw new ServiceError('unknown_model', 'None of the models has a known price.', {
      param: 'models',
      recovery: { action: 'Give each model input_usd_per_mtok and output_usd_per_mtok.' },
    });
  }
  const result = await ctx.testProvider({
    provider: name,
    kind: cheapest.kind,
    model: cheapest.model,
    protocol: cheapest.protocol,
    baseUrl: cheapest.baseUrl,
    apiKey: request.api_key ?? '',
    headers: request.headers,
    extraBody: cheapest.extraBody,
    dialect: cheapest.dialect,
  });
  return {
    ok: result.ok,
    model: cheapest.model,
    latency_ms: Math.round(result.latencyMs),
    error: result.error,
  };
};

/** Disconnects a provider. @throws ServiceError provider_not_found */
export const removeProvider: Verb<{ providerId: string }, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (!(await deleteProvider(tx, input.providerId))) {
      throw new ServiceError('provider_not_found', `No provider "${input.providerId}".`);
    }
    await audit(tx, ctx, 'provider.delete', input.providerId);
    return { id: input.providerId, deleted: true };
  });
};

function checkedRequest<Schema extends typeof registerProviderSchema>(
  ctx: ServiceContext,
  schema: Schema,
  body: unknown,
): { request: z.output<Schema>; kind: ProviderKind } {
  const request = parseInput(schema, body);
  const kind = ctx.catalog.find(request.provider);
  if (kind === undefined) {
    const known = ctx.catalog.kinds.map((each) => each.name).join(', ');
    throw new ServiceError('unknown_provider', `Unknown provider. Known are ${known}.`, { param: 'provider' });
  }
  refuseMissing('api_key', kind.needsKey && request.api_key === undefined);
  refuseMissing('base_url', kind.publicBaseUrl === undefined && request.base_url === undefined);
  refuseMissing('models', kind.offers === 'registered' && request.models === undefined);
  refuseUnsupported(kind, request);
  refuseUnpriced(ctx, kind, request);
  return { request, kind };

  function refuseMissing(param: string, missing: boolean): void {
    if (missing) throw new ServiceError('invalid_request', `"${param}": is required for ${kind?.name}.`, { param });
  }
}

/** The cost of a model without a price has no bound, so it would be stored and never chosen (I4). */
function refuseUnpriced(
  ctx: ServiceContext,
  kind: ProviderKind,
  { base_url: baseUrl, models = [] }: z.output<typeof registerProviderSchema>,
): void {
  const unpriced = models.findIndex(
    (model) =>
      ctx.catalog.modelsOfProvider({ kind: kind.name, name: kind.name, baseUrl, models: [model] }).length === 0,
  );
  if (unpriced === -1) return;
  const param = `models.${unpriced}.input_usd_per_mtok`;
  throw new ServiceError(
    'invalid_request',
    `"${param}": is required, since the price table does not know this model.`,
    {
      param,
      recovery: { action: 'Give the model input_usd_per_mtok and output_usd_per_mtok.' },
    },
  );
}

function resourceOf(ctx: ServiceContext, row: ProviderRow): ProviderResource {
  return {
    id: row.id,
    provider: row.kind,
    name: row.name,
    base_url: row.baseUrl,
    api_key: row.keyHint,
    models: ctx.catalog.modelsOfProvider(row).map((spec) => spec.model),
    headers: Object.fromEntries((row.headerNames ?? []).map((name) => [name, '••••'])),
    extra_body: row.extraBody ?? {},
    dialect: row.dialect ?? {},
    source: row.source,
    created_at: row.createdAt.toISOString(),
  };
}

/** Shows the last four characters of a long key, and nothing of a short one. */
function hintOf(apiKey: string): string {
  return apiKey.length < 16 ? '••••' : `••••${apiKey.slice(-4)}`;
}
