import type { GuardrailProviderRow } from '../../db/queries/guardrail-provider.ts';
import { type AskedProviders, createAskedProviders, type KnownProvider } from '../../guardrails/asked-providers.ts';
import { SealError } from '../../processes/seal.ts';
import type { ServiceContext } from '../verb/context.ts';

/** The connected providers of a tenant, ready to be asked. */
export function connectedProviders(ctx: ServiceContext, rows: readonly GuardrailProviderRow[]): AskedProviders {
  return createAskedProviders(
    ctx.askProvider,
    rows.map((row) => openedProvider(ctx, row)),
  );
}

function openedProvider(ctx: ServiceContext, { sealedKey, ...row }: GuardrailProviderRow): KnownProvider {
  if (sealedKey === null) return { ...row, key: { secret: undefined } };
  try {
    return { ...row, key: { secret: ctx.sealer.open(sealedKey, { tenantId: ctx.tenantId, rowId: row.id }) } };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return { ...row, key: { problem: error.message } };
  }
}
