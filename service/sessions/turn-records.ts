import type { z } from 'zod';
import { turnContextQuerySchema } from '../../contract/context.ts';
import type { turnContextSchema, turnDecisionSchema } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import { ownerOfTurn } from '../../db/queries/inherited-turns.ts';
import { readContextBlocks, readTurn, type TurnRow } from '../../db/queries/turn.ts';
import { attemptsOfTurn, selectionsOfTurn } from '../../db/queries/turn-decision.ts';
import { contextChanges } from '../../domain/context-diff.ts';
import { sourceViews } from '../../domain/context-view.ts';
import { usdFromNano } from '../../domain/money.ts';
import type { SelectionCandidate } from '../../domain/routing-records.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { findSessionLog, type SessionRef } from './find-session.ts';
import { shownWindow } from './shown-window.ts';

type TurnInput = SessionRef & { turn: string };

/**
 * Says why a turn was given its model, and what each of its requests cost.
 * @throws ServiceError session_not_found, turn_not_found
 */
export const readTurnDecision: Verb<TurnInput, z.infer<typeof turnDecisionSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const turn = await findTurn(tx, input);
    const selections = await selectionsOfTurn(tx, turn.ownerId, turn.turn);
    const attempts = await attemptsOfTurn(tx, turn.ownerId, turn.turn);
    return {
      session_id: input.sessionId,
      turn_index: turn.turn,
      task_class: turn.taskClass,
      selections: selections.map(
        ({ maxTokens, promptTokens, window, failedType, failedStatus, failedMessage, candidates, ...selection }) => ({
          ...selection,
          candidates: candidates.map(shownCandidate),
          max_tokens: maxTokens,
          prompt_tokens: promptTokens ?? undefined,
          window: window === null ? undefined : shownWindow(window, turn.turn),
          failed_type: failedType,
          failed_status: failedStatus,
          failed_message: failedMessage,
        }),
      ),
      unserved: turn.unserved?.map(shownCandidate),
      attempts: attempts.map((attempt) => ({
        selection: attempt.selection,
        attempt: attempt.attempt,
        state: attempt.state,
        reserved_usd: usdFromNano(attempt.reservedNano),
        charged_usd: usdFromNano(attempt.chargedNano),
        excess_usd: usdFromNano(attempt.excessNano),
        failed_type: attempt.failedType,
      })),
    };
  });
};

/**
 * Shows what a turn read, source by source and word by word, and what changed since an earlier turn.
 * @throws ServiceError session_not_found, turn_not_found
 */
export const readTurnContext: Verb<TurnInput & { query: unknown }, z.infer<typeof turnContextSchema>> = async ({
  ctx,
  input,
}) => {
  requireScope(ctx, 'read');
  const { diff } = parseInput(turnContextQuerySchema, input.query);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const turn = await findTurn(tx, input);
    if (diff !== undefined && Number(diff) >= turn.turn) {
      const earlier = turn.turn === 0 ? 'Turn 0 has no earlier turn' : `Earlier turns are 0 to ${turn.turn - 1}`;
      throw new ServiceError('invalid_request', `"diff": must be a turn before ${turn.turn}. ${earlier}.`, {
        param: 'diff',
      });
    }
    const shown = await shownContext(tx, turn);
    const before = diff === undefined ? undefined : await findTurn(tx, { ...input, turn: diff });
    const then = before && (await shownContext(tx, before));
    return {
      session_id: input.sessionId,
      turn_index: turn.turn,
      ...shown,
      diff: then && {
        turn_index: Number(diff),
        changes: contextChanges(then.manifest.sources, shown.manifest.sources),
      },
    };
  });
};

async function shownContext(tx: Tx, { ownerId, manifest }: FoundTurn) {
  const { systemHash, volatileHash, toolPins: _, parts: __, sources, ...counted } = manifest;
  const hashes = [systemHash, ...(volatileHash === undefined ? [] : [volatileHash])];
  const stored = await readContextBlocks(tx, ownerId, hashes);
  const texts = {
    system: stored.get(systemHash) ?? '',
    volatile: volatileHash === undefined ? '' : (stored.get(volatileHash) ?? ''),
  };
  return { manifest: { ...counted, sources: sourceViews(sources, texts, manifest.tokenRatio ?? 1) }, ...texts };
}

/** A turn, and the session that has its rows: a fork has inherited some. */
export type FoundTurn = TurnRow & { readonly ownerId: string };

/** @throws ServiceError session_not_found, turn_not_found */
export async function findTurn(tx: Tx, input: TurnInput): Promise<FoundTurn> {
  await findSessionLog(tx, input);
  if (/^\d{1,9}$/.test(input.turn)) {
    const ownerId = await ownerOfTurn(tx, input.sessionId, Number(input.turn));
    const turn = await readTurn(tx, ownerId, Number(input.turn));
    if (turn !== undefined) return { ...turn, ownerId };
  }
  throw new ServiceError('turn_not_found', `The session has no turn ${input.turn} (turns count from 0).`);
}

function shownCandidate({
  posteriorMean,
  expectedCostNano,
  inputBound,
  leastCostNano,
  promptTokens,
  maxTokens,
  loss,
  referenceCostNano: _,
  costRatio: __,
  wholeCostNano: ___,
  ...candidate
}: SelectionCandidate) {
  return {
    ...candidate,
    posterior_mean: posteriorMean,
    expected_cost_usd: usdFromNano(BigInt(expectedCostNano)),
    input_bound: inputBound,
    prompt_tokens: promptTokens,
    max_tokens: maxTokens,
    left_out: loss,
    least_cost_usd: leastCostNano === undefined ? undefined : usdFromNano(BigInt(leastCostNano)),
  };
}
