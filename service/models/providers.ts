import type { z } from 'zod';
import { type Deleted, type Page, pageQuerySchema } from '../../contract/fields.ts';
import type { DialectSettings } from '../../contract/provider-options.ts';
import {
  type catalogSchema,
  type ProviderResource,
  type providerTestSchema,
  type RegisteredModel,
  registerProviderSchema,
  testProviderSchema,
} from '../../contract/providers.ts';
import type { TimeLimitSettings } from '../../contract/time-limits.ts';
import { listOutages, type Outage } from '../../db/queries/circuit.ts';
import {
  deleteProvider,
  insertProvider,
  type ProviderRow,
  listProviders as readProviders,
  recordOf,
} from '../../db/queries/provider.ts';
import { sessionsWaiting } from '../../db/queries/sessions-waiting.ts';
import { timeLimitsWith } from '../../domain/time-limits.ts';
import type { ProviderRow as CatalogRow } from '../../models/catalog.ts';
import type { ProviderKind } from '../../models/kinds/provider-kind.ts';
import type { ModelTarget } from '../../models/model-call.ts';
import { newId } from '../../processes/ids.ts';
import { wakeWaiting } from '../sessions/wake-waiting.ts';
import { requireRoom } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { requireAddress } from '../verb/require-address.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb, VerbWithoutInput } from '../verb/verb.ts';
import { forgetFailures } from './forget-failures.ts';
import { healthOf } from './health.ts';
import { refuseUnreachable, refuseUnsupported, storedOptions } from './provider-options.ts';

/** Lists the tenant's own providers, newest first, then those of the environment. @throws ServiceError invalid_cursor */
export const listProviders: Verb<{ query: unknown }, Page<ProviderResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(pageQuerySchema, input.query);
  const { rows, outages } = await ctx.db.transaction(ctx.tenantId, async (tx) => ({
    rows: await readProviders(tx),
    outages: await listOutages(tx),
  }));
  const own = rows.map((row) => resourceOf(ctx, row, outages));
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
        time_limits: timeLimitsWith({}),
        health: healthOf(ctx.registry.modelsOf(provider), outages),
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
 * @throws ServiceError unknown_provider, address_not_allowed, provider_exists, quota_exceeded
 */
export const registerProvider: Verb<{ body: unknown }, ProviderResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(registerProviderSchema, input.body);
  const kind = checkedProvider(ctx, { ...request, hasKey: request.api_key !== undefined });
  await requireAddress(ctx, 'base_url', request.base_url);
  const id = newId('prov', ctx.nowMs());
  const apiKey = request.api_key;
  const { resource, waiting } = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    await requireRoom(tx, { providers: 1 });
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
    await forgetFailures(tx, row.name);
    return { resource: resourceOf(ctx, row, []), waiting: await sessionsWaiting(tx, 'ofTenant') };
  });
  wakeWaiting(ctx, waiting);
  return resource;
};

/**
 * Asks the cheapest model of a provider once and stores nothing.
 * @throws ServiceError unknown_provider, address_not_allowed, unknown_model
 */
export const testProvider: Verb<{ body: unknown }, z.infer<typeof providerTestSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(testProviderSchema, input.body);
  const kind = checkedProvider(ctx, { ...request, hasKey: request.api_key !== undefined });
  const { base_url: baseUrl, models, extra_body: extraBody, dialect, time_limits: timeLimits } = request;
  await requireAddress(ctx, 'base_url', baseUrl);
  const provider = {
    kind: kind.name,
    name: request.name ?? kind.name,
    baseUrl,
    models,
    extraBody,
    dialect,
    timeLimits,
  };
  return dialled(ctx, provider, { apiKey: request.api_key ?? '', headers: request.headers });
};

/** Dials a provider once, with its cheapest model. @throws ServiceError unknown_model */
export async function dialled(
  ctx: ServiceContext,
  provider: CatalogRow,
  secrets: Pick<ModelTarget, 'apiKey' | 'headers'>,
): Promise<z.infer<typeof providerTestSchema>> {
  const models = ctx.catalog.modelsOfProvider(provider);
  const cheapest = models.toSorted((a, b) => Number(a.rates.outputNanoPerMtok - b.rates.outputNanoPerMtok))[0];
  if (cheapest === undefined) {
    throw new ServiceError('unknown_model', 'None of the models has a known price.', {
      param: 'models',
      recovery: { action: 'Give each model input_usd_per_mtok and output_usd_per_mtok.' },
    });
  }
  const target = {
    provider: provider.name,
    kind: cheapest.kind,
    model: cheapest.model,
    protocol: cheapest.protocol,
    baseUrl: cheapest.baseUrl,
    ...secrets,
    extraBody: cheapest.extraBody,
    dialect: cheapest.dialect,
    timeLimits: cheapest.timeLimits,
  };
  const result = await ctx.testProvider(target, { tenantId: ctx.tenantId });
  if (result.error !== undefined) {
    ctx.report({
      event: 'model_attempt_failed',
      tenant_id: ctx.tenantId,
      request_id: ctx.requestId,
      key_id: ctx.keyId,
      stage: 'testProvider',
      attempt: 1,
      provider: provider.name,
      model: cheapest.model,
      status: result.failure?.status,
      cause: result.error.type,
      code: result.failure?.systemCode,
      duration_ms: Math.round(result.latencyMs),
    });
  }
  return {
    ok: result.ok,
    model: cheapest.model,
    latency_ms: Math.round(result.latencyMs),
    error: result.error,
  };
}

/**
 * Disconnects a provider. A request to it that is under way goes on to its end, and sessions that wait for it look for another
 * model at once. @throws ServiceError provider_not_found
 */
export const removeProvider: Verb<{ providerId: string }, Deleted> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const waiting = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (!(await deleteProvider(tx, input.providerId))) {
      throw noProvider(input.providerId);
    }
    await audit(tx, ctx, 'provider.delete', input.providerId);
    return sessionsWaiting(tx, 'ofTenant');
  });
  wakeWaiting(ctx, waiting);
  return { id: input.providerId, deleted: true };
};

export function noProvider(id: string): ServiceError {
  return new ServiceError('provider_not_found', `No provider "${id}".`);
}

/** The facts about a provider that a request and its row have in common. */
interface ProviderFacts {
  readonly provider: string;
  readonly base_url?: string | undefined;
  readonly models?: RegisteredModel[] | undefined;
  readonly dialect?: DialectSettings | undefined;
  readonly time_limits?: TimeLimitSettings | undefined;
  readonly hasKey: boolean;
}

/** Checks that a provider has all that its kind needs. @throws ServiceError unknown_provider, invalid_request */
export function checkedProvider(ctx: ServiceContext, facts: ProviderFacts): ProviderKind {
  const kind = ctx.catalog.find(facts.provider);
  if (kind === undefined) {
    const known = ctx.catalog.kinds.map((each) => each.name).join(', ');
    throw new ServiceError('unknown_provider', `Unknown provider. Known are ${known}.`, { param: 'provider' });
  }
  refuseMissing('api_key', kind.needsKey && !facts.hasKey);
  refuseMissing('base_url', kind.publicBaseUrl === undefined && facts.base_url === undefined);
  refuseMissing('models', kind.offers === 'registered' && facts.models === undefined);
  refuseUnsupported(kind, facts);
  refuseUnreachable(facts);
  refuseUnpriced(ctx, kind, facts);
  return kind;

  function refuseMissing(param: string, missing: boolean): void {
    if (missing) throw new ServiceError('invalid_request', `"${param}": is required for ${kind?.name}.`, { param });
  }
}

/** The cost of a model without a price has no bound, so it would be stored and never chosen (I4). */
function refuseUnpriced(
  ctx: ServiceContext,
  kind: ProviderKind,
  { base_url: baseUrl, models = [] }: ProviderFacts,
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

export function resourceOf(ctx: ServiceContext, row: ProviderRow, outages: readonly Outage[]): ProviderResource {
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
    time_limits: timeLimitsWith(row.timeLimits ?? {}),
    health: healthOf(ctx.registry.modelsOf(recordOf(row)), outages),
    source: row.source,
    created_at: row.createdAt.toISOString(),
  };
}

/** Shows the last four characters of a long key, and nothing of a short one. */
export function hintOf(apiKey: string): string {
  return apiKey.length < 16 ? '••••' : `••••${apiKey.slice(-4)}`;
}
