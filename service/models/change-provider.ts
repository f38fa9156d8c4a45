import type { z } from 'zod';
import { type ProviderResource, patchProviderSchema, type providerTestSchema } from '../../contract/providers.ts';
import { listOutages } from '../../db/queries/circuit.ts';
import { lockProvider, type ProviderRow, providersOfTenant, updateProvider } from '../../db/queries/provider.ts';
import { sessionsWaiting } from '../../db/queries/sessions-waiting.ts';
import { sealedHeadersRow } from '../../domain/provider-record.ts';
import { changedTimeLimits } from '../../domain/time-limits.ts';
import type { ModelTarget } from '../../models/model-call.ts';
import type { ConnectedProvider } from '../../models/model-registry.ts';
import { SealError } from '../../processes/seal.ts';
import { wakeWaiting } from '../sessions/wake-waiting.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { requireAddress } from '../verb/require-address.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { forgetFailures } from './forget-failures.ts';
import { storedOptions } from './provider-options.ts';
import { checkedProvider, dialled, hintOf, noProvider, resourceOf } from './providers.ts';

/**
 * Changes key, address, models, headers, fields of the body, dialect or time limits of a provider. Sessions under way dial it
 * so at their next request, and what had failed with the old ones is forgotten. @throws ServiceError provider_not_found, address_not_allowed
 */
export const patchProvider: Verb<{ providerId: string; body: unknown }, ProviderResource> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const patch = parseInput(patchProviderSchema, input.body);
  await requireAddress(ctx, 'base_url', patch.base_url);
  const changed = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const row = await lockProvider(tx, input.providerId);
    if (row === undefined) throw noProvider(input.providerId);
    const { api_key: apiKey } = patch;
    const next = {
      ...row,
      baseUrl: patch.base_url ?? row.baseUrl,
      models: patch.models ?? row.models,
      ...changedOptions(ctx, row, patch),
      ...(apiKey !== undefined && {
        sealedKey: ctx.sealer.seal(apiKey, { tenantId: ctx.tenantId, rowId: row.id }),
        keyHint: hintOf(apiKey),
      }),
    };
    checkedProvider(ctx, {
      provider: next.kind,
      base_url: next.baseUrl ?? undefined,
      models: next.models === null ? undefined : [...next.models],
      dialect: patch.dialect,
      time_limits: next.timeLimits ?? undefined,
      hasKey: next.sealedKey !== null,
    });
    await updateProvider(tx, next);
    await forgetFailures(tx, next.name);
    await audit(tx, ctx, 'provider.update', next.id, { changed: Object.keys(patch) });
    return {
      resource: resourceOf(ctx, next, await listOutages(tx)),
      waiting: await sessionsWaiting(tx, 'ofTenant'),
    };
  });
  wakeWaiting(ctx, changed.waiting);
  return changed.resource;
};

/**
 * Dials a connected provider once, with its cheapest model. When it answers, what had failed before is forgotten.
 * @throws ServiceError provider_not_found, unknown_model
 */
export const testConnectedProvider: Verb<{ providerId: string }, z.infer<typeof providerTestSchema>> = async ({
  ctx,
  input,
}) => {
  requireScope(ctx, 'admin');
  const rows = await ctx.db.transaction(ctx.tenantId, providersOfTenant);
  const provider = ctx.registry.providers(rows).find(({ id }) => id === input.providerId);
  if (provider === undefined) throw noProvider(input.providerId);
  const result = await dialled(ctx, provider, secretsOf(ctx, provider));
  if (!result.ok) return result;
  const waiting = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    await forgetFailures(tx, provider.name);
    return sessionsWaiting(tx, 'ofTenant');
  });
  wakeWaiting(ctx, waiting);
  return result;
};

/** The options that a change names. Each replaces the one before it, except that time limits are changed one by one. */
function changedOptions(ctx: ServiceContext, row: ProviderRow, patch: z.output<typeof patchProviderSchema>) {
  const { time_limits: timeLimits, ...replacing } = patch;
  const { sealedHeaders, headerNames, extraBody, dialect } = storedOptions(ctx, row.id, replacing);
  return {
    ...(patch.headers !== undefined && { sealedHeaders, headerNames }),
    ...(patch.extra_body !== undefined && { extraBody }),
    ...(patch.dialect !== undefined && { dialect }),
    ...(timeLimits !== undefined && { timeLimits: changedTimeLimits(row.timeLimits ?? {}, timeLimits) }),
  };
}

/** Key and headers in the clear. They must not outlive the request (I10). */
function secretsOf(
  ctx: ServiceContext,
  { id, key, sealedHeaders }: ConnectedProvider,
): Pick<ModelTarget, 'apiKey' | 'headers'> {
  const { tenantId } = ctx;
  try {
    const headers = sealedHeaders && ctx.sealer.open(sealedHeaders, { tenantId, rowId: sealedHeadersRow(id) });
    return {
      apiKey: key.kind === 'sealed' ? ctx.sealer.open(key.sealed, { tenantId, rowId: id }) : plainKey(key),
      // It was checked when it was sealed.
      headers: headers === null ? {} : (JSON.parse(headers) as Record<string, string>),
    };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    throw new ServiceError(
      'invalid_request',
      `The stored key or headers of this provider do not open: ${error.message}.`,
      {
        param: 'api_key',
        recovery: {
          action: `Add that key to AGENT_RUNS_SEALING_KEYS_OLD, or give them again with PATCH /v1/providers/${id}.`,
        },
        cause: error,
      },
    );
  }
}

function plainKey(key: Exclude<ConnectedProvider['key'], { kind: 'sealed' }>): string {
  return key.kind === 'plain' ? key.apiKey : '';
}
