import type { z } from 'zod';
import type { DialectSettings, providerOptionFields } from '../../contract/provider-options.ts';
import type { RegisteredModel } from '../../contract/providers.ts';
import type { TimeLimitSettings } from '../../contract/time-limits.ts';
import type { ProviderRow } from '../../db/queries/provider.ts';
import { sealedHeadersRow } from '../../domain/provider-record.ts';
import { unreachableLimit } from '../../domain/time-limits.ts';
import type { ProviderKind } from '../../models/kinds/provider-kind.ts';
import type { ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

type ProviderOptions = z.output<z.ZodObject<typeof providerOptionFields>>;

/** The columns of a provider's options. Headers are sealed for this tenant and row. */
export function storedOptions(
  ctx: ServiceContext,
  id: string,
  { headers, extra_body: extraBody, dialect, time_limits: timeLimits }: ProviderOptions,
): Pick<ProviderRow, 'sealedHeaders' | 'headerNames' | 'extraBody' | 'dialect' | 'timeLimits'> {
  const names = Object.keys(headers ?? {});
  const binding = { tenantId: ctx.tenantId, rowId: sealedHeadersRow(id) };
  return {
    sealedHeaders: names.length === 0 ? null : ctx.sealer.seal(JSON.stringify(headers), binding),
    headerNames: names.length === 0 ? null : names,
    extraBody: extraBody ?? null,
    dialect: dialect ?? null,
    timeLimits: timeLimits ?? null,
  };
}

/** @throws ServiceError invalid_request for a setting that no protocol of the kind knows: it would have no effect */
export function refuseUnsupported(
  kind: ProviderKind,
  { dialect, models = [] }: { dialect?: DialectSettings | undefined; models?: readonly RegisteredModel[] | undefined },
): void {
  refuseIn('dialect', dialect);
  for (const [index, model] of models.entries()) refuseIn(`models.${index}.dialect`, model.dialect);

  function refuseIn(path: string, settings: DialectSettings | undefined): void {
    const supported = new Set<string>(kind.adapters.flatMap(({ dialectSettings }) => dialectSettings));
    const known = [...supported].join(', ');
    for (const [name, value] of Object.entries(settings ?? {})) {
      if (value !== undefined && !supported.has(name))
        throw refusal(`${path}.${name}`, `is not supported for ${kind.name}; supported are ${known}`);
      const ownRoles = kind.adapters.some(({ protocol }) => protocol === 'openai-chat');
      if (name === 'system_role' && value !== 'user' && !ownRoles) {
        throw refusal(`${path}.${name}`, `can only be "user" for ${kind.name}`);
      }
    }
  }
}

/** @throws ServiceError invalid_request for a time limit that another one always comes before: it would have no effect */
export function refuseUnreachable({
  time_limits: ofProvider,
  models = [],
}: {
  time_limits?: TimeLimitSettings | undefined;
  models?: readonly RegisteredModel[] | undefined;
}): void {
  refuseIn('time_limits', ofProvider ?? {});
  for (const [index, { time_limits: ofModel }] of models.entries()) {
    refuseIn(`models.${index}.time_limits`, { ...ofProvider, ...ofModel });
  }

  function refuseIn(path: string, settings: TimeLimitSettings): void {
    const found = unreachableLimit(settings);
    if (found === undefined) return;
    const { name, before, beforeS } = found;
    throw refusal(`${path}.${name}`, `must not exceed ${before}, which is ${beforeS} s`);
  }
}

function refusal(param: string, sentence: string): ServiceError {
  return new ServiceError('invalid_request', `"${param}": ${sentence}.`, { param });
}
