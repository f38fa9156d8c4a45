import type { Tx } from '../../db/database.ts';
import { ensurePosterior, lockPosterior, storeOutcome } from '../../db/queries/routing.ts';
import type { TurnToDebit } from '../../db/queries/turn-to-debit.ts';
import { costRatioOf, observed } from '../../domain/cost-ratio.ts';
import { priorPosterior, updated } from '../../domain/posterior.ts';
import type { PosteriorRecord } from '../../domain/routing-records.ts';

/**
 * Adds a turn's reward and cost to the posterior of the arm that answered it. The outcome is inserted in the same
 * transaction, so a turn is counted once (I9).
 * @param turn.locked the posterior under its lock, if there is one
 * @param turn.answerCostNano the cost of the answer alone, without failed attempts; null teaches nothing about cost
 */
export async function learnFromTurn(
  tx: Tx,
  turn: {
    sessionId: string;
    turn: number;
    taskClass: string;
    selection: NonNullable<TurnToDebit['selection']>;
    locked: PosteriorRecord | undefined;
    answerCostNano: bigint | null;
    reward: number;
    nowMs: number;
  },
): Promise<void> {
  const { provider, model, candidates } = turn.selection;
  const fresh: PosteriorRecord = {
    provider,
    model,
    ...priorPosterior(turn.nowMs),
    costN: 0,
    costMeanLog: 0,
    costM2Log: 0,
  };
  const known = turn.locked ?? (await created(tx, turn.taskClass, fresh));
  const reference = candidates.find((candidate) => candidate.provider === provider && candidate.model === model);
  const ratio = observed(costRatioOf(known), turn.answerCostNano ?? 0n, BigInt(reference?.referenceCostNano ?? 0));
  storeOutcome(tx, turn, {
    provider,
    model,
    ...updated(known, turn.reward, turn.nowMs),
    costN: ratio.n,
    costMeanLog: ratio.meanLog,
    costM2Log: ratio.m2Log,
  });
}

async function created(tx: Tx, taskClass: string, fresh: PosteriorRecord): Promise<PosteriorRecord> {
  ensurePosterior(tx, taskClass, fresh);
  // Another session may have created it first: the row that is locked now is the one that counts.
  return (await lockPosterior(tx, taskClass, fresh.provider, fresh.model)) ?? fresh;
}
