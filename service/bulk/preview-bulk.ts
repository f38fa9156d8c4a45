import type { BulkEstimate, BulkPreview, BulkRequest } from '../../contract/bulk.ts';
import type { Tx } from '../../db/database.ts';
import {
  type ActionAsked,
  type BulkPreviewRow,
  type ModelsNamed,
  modelsNamed,
  previewBulk,
  sampleSessions,
} from '../../db/queries/bulk-preview.ts';
import { countSessions } from '../../db/queries/session-count.ts';
import type { SessionFilter } from '../../db/queries/session-filter.ts';
import { budgetDay } from '../../domain/budget.ts';
import { nanoFromUsd, usdFromNano } from '../../domain/money.ts';
import { modelsOfRun } from '../sessions/start-run.ts';
import { limitFor, limitRefusal } from '../tenants/require-room.ts';
import type { ServiceContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

const SAMPLE = 10;
/** Sessions name few different lists of models. Those of further lists are taken to be served. */
const LISTS_OF_MODELS = 200;

/**
 * Says what an action would do to the sessions that match now: how many there are, which would be refused and why, how long it
 * takes and what it may cost. Nothing is changed, and no session is locked.
 * @throws ServiceError quota_exceeded when more match than one job may have
 */
export async function bulkPreview(
  tx: Tx,
  ctx: ServiceContext,
  request: BulkRequest,
  filter: SessionFilter,
): Promise<BulkPreview> {
  const { action, rate } = request;
  await refuseTooMany(tx, ctx, filter);
  const rows = await previewBulk(tx, filter, await actionAsked(tx, ctx, request, filter));
  const sample = await sampleSessions(tx, filter, SAMPLE);
  const wouldBeDone = rows.find(({ refusal }) => refusal === null);
  return {
    dry_run: true,
    action,
    sessions: rows.reduce((sum, { sessions }) => sum + sessions, 0),
    would_be_done: wouldBeDone?.sessions ?? 0,
    would_be_refused: rows.flatMap(({ refusal, sessions, example }) =>
      refusal === null ? [] : [{ code: refusal, sessions, example }],
    ),
    sample: sample.map(({ id, agentId, status, endReason, createdAt }) => ({
      id,
      agent_id: agentId,
      status,
      end_reason: endReason ?? undefined,
      created_at: createdAt.toISOString(),
    })),
    rate,
    estimate: estimateOf(wouldBeDone, rate),
  };
}

async function refuseTooMany(tx: Tx, ctx: ServiceContext, filter: SessionFilter): Promise<void> {
  const limit = limitFor(ctx, 'bulk_sessions');
  const found = await countSessions(tx, filter);
  if (found > limit) throw limitRefusal({ name: 'bulk_sessions', used: 0, limit, more: found });
}

async function actionAsked(
  tx: Tx,
  ctx: ServiceContext,
  { action, retry }: BulkRequest,
  filter: SessionFilter,
): Promise<ActionAsked> {
  return {
    action,
    maxTurns: retry?.max_turns ?? null,
    capNano: retry?.budget_cap_usd === undefined ? null : nanoFromUsd(retry.budget_cap_usd),
    fromLastTurn: retry?.from === 'last_turn',
    acceptsUnknownEffects: retry?.unknown_effects === 'accept',
    refusedModels: action === 'retry' ? await refusedModels(tx, ctx, filter, retry?.models) : [],
    day: budgetDay(ctx.nowMs()),
  };
}

/** Finds the lists of models with which no retry would go on. @param instead the models that the retries name themselves */
async function refusedModels(
  tx: Tx,
  ctx: ServiceContext,
  filter: SessionFilter,
  instead: readonly string[] | undefined,
): Promise<(ModelsNamed & { code: string })[]> {
  const refused: (ModelsNamed & { code: string })[] = [];
  for (const named of await modelsNamed(tx, filter, LISTS_OF_MODELS)) {
    const models = instead ?? named.models ?? null;
    const code = await refusalOf(() => modelsOfRun(tx, ctx, models, named.onBudget));
    if (code !== undefined) refused.push({ ...named, code });
  }
  return refused;
}

async function refusalOf(ask: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await ask();
    return undefined;
  } catch (error) {
    if (error instanceof ServiceError) return error.code;
    throw error;
  }
}

function estimateOf(row: BulkPreviewRow | undefined, rate: number): BulkEstimate {
  if (row === undefined) return { seconds: 0, cost_usd: 0, cost_at_most_usd: 0, sessions_without_estimate: 0 };
  return {
    seconds: row.sessions / rate,
    cost_usd: usdFromNano(row.costNano),
    cost_at_most_usd: row.leftNano === null ? null : usdFromNano(row.leftNano),
    sessions_without_estimate: row.withoutEstimate,
  };
}
