import type { z } from 'zod';
import { pageQuerySchema } from '../../contract/fields.ts';
import { leaderboardQuerySchema, type leaderboardSchema, type modelListSchema } from '../../contract/models.ts';
import { listOutages } from '../../db/queries/circuit.ts';
import { type ContextLimit, contextLimits } from '../../db/queries/context-limit.ts';
import { readLeaderboard } from '../../db/queries/leaderboard.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import { usdFromNano } from '../../domain/money.ts';
import { requireScope } from '../verb/context.ts';
import { pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';
import { healthOf } from './health.ts';

/** Lists the models that a run without a filter may choose from. @throws ServiceError invalid_cursor */
export const listModels: Verb<{ query: unknown }, z.infer<typeof modelListSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(pageQuerySchema, input.query);
  const { providers, outages, limits } = await ctx.db.transaction(ctx.tenantId, async (tx) => ({
    providers: await providersOfTenant(tx),
    outages: await listOutages(tx),
    limits: await contextLimits(tx),
  }));
  const data = ctx.registry.offeredModels(providers, null).map((spec) => ({
    id: `${spec.provider}/${spec.model}`,
    provider: spec.provider,
    model: spec.model,
    protocol: spec.protocol,
    context_window: spec.contextWindow,
    learned_context: learnedOf(spec, limits),
    max_output_tokens: spec.maxOutputTokens,
    capabilities: [...spec.capabilities],
    input_usd_per_mtok: usdFromNano(spec.rates.inputNanoPerMtok),
    output_usd_per_mtok: usdFromNano(spec.rates.outputNanoPerMtok),
    time_limits: spec.timeLimits,
    health: healthOf([spec], outages),
  }));
  return pageOfWhole(data, query, (model) => model.id);
};

function learnedOf(
  spec: { readonly provider: string; readonly model: string },
  limits: readonly ContextLimit[],
): { tokens: number; until: string } | undefined {
  const limit = limits.find(({ provider, model }) => provider === spec.provider && model === spec.model);
  return limit && { tokens: limit.tokens, until: limit.until.toISOString() };
}

/** Shows what routing has learned, by task class. The best reward comes first unless `sort` says otherwise. */
export const leaderboard: Verb<{ query: unknown }, z.infer<typeof leaderboardSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { provider, ...query } = parseInput(leaderboardQuerySchema, input.query);
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) =>
    readLeaderboard(tx, { ...query, provider: provider ?? null }),
  );
  const data = rows.map((row) => ({
    provider: row.provider,
    model: row.model,
    task_class: row.taskClass,
    mean_reward: row.meanReward,
    samples: row.samples,
    updated_at: row.updatedAt.toISOString(),
  }));
  return { data, next_cursor: null };
};
