import type { z } from 'zod';
import type { LimitResource, limitsSchema } from '../../contract/limits.ts';
import type { Tx } from '../../db/database.ts';
import { limitsSet, limitUse } from '../../db/queries/tenant-limit.ts';
import { meterOfTenant } from '../../db/queries/tenant-meter.ts';
import { isCounted, type LimitName, limitNamed, limitNames } from '../../domain/tenant-limits.ts';
import { requireScope } from '../verb/context.ts';
import type { VerbWithoutInput } from '../verb/verb.ts';

/** Shows every limit of the tenant with its use. */
export const readLimits: VerbWithoutInput<z.infer<typeof limitsSchema>> = async ({ ctx }) => {
  requireScope(ctx, 'read');
  const data = await ctx.db.transaction(ctx.tenantId, limitsOfTenant);
  return { data, next_cursor: null };
};

/** The limits of the tenant of this transaction. Its rows are counted in one message. */
export async function limitsOfTenant(tx: Tx): Promise<LimitResource[]> {
  const [set, meter, counted] = await Promise.all([
    limitsSet(tx),
    meterOfTenant(tx),
    Promise.all(limitNames.filter(isCounted).map((name) => limitUse(tx, name))),
  ]);
  const used: Partial<Record<LimitName, number>> = {
    ...Object.fromEntries(counted.map((use) => [use.name, use.used])),
    streams: meter.held.streams ?? 0,
    requests_per_second: Math.round((meter.added.requests ?? 0) / 60),
  };
  return limitNames.map((name) => {
    const { what, kind, unit, default: standard } = limitNamed(name);
    return { name, what, kind, unit, used: used[name] ?? null, limit: set[name] ?? standard, default: standard };
  });
}
