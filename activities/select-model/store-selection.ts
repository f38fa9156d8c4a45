import type { BudgetShortage, EventData } from '../../contract/events.ts';
import type { Tx } from '../../db/database.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import { reserve, runAccount } from '../../db/queries/ledger.ts';
import { insertAttempt } from '../../db/queries/model-attempt.ts';
import { insertSelection } from '../../db/queries/routing.ts';
import { type Arm, candidateOf } from '../../domain/arms.ts';
import type { Choice } from '../../domain/choose-model.ts';
import { usdFromNano } from '../../domain/money.ts';
import type { FailedSelection, SelectionCandidate } from '../../domain/routing-records.ts';
import type { SelectModelRef } from '../stage-results.ts';

/** Stores a selection with its event and the reservation of its first attempt. @returns the arm that was selected */
export function storeSelection(
  tx: Tx,
  { sessionId, turn, selection, waitedMs, queuedMs = 0 }: SelectModelRef,
  made: {
    readonly agentId: string;
    readonly dayAccount: string;
    readonly arms: readonly Arm[];
    readonly choice: Choice;
    /** The failure that this selection follows. */
    readonly failed: FailedSelection | undefined;
    /** The first selection since the session was retried. */
    readonly firstSelection: number;
    /** Set where the turn is downgraded: what it could not afford. */
    readonly shortage: BudgetShortage | undefined;
    /** The messages that the turn reads. */
    readonly messageIds: readonly string[];
  },
): Arm {
  const { arms, choice, dayAccount } = made;
  const arm = arms.find(({ key }) => key === choice.chosen);
  if (arm === undefined) throw new TypeError('The choice among eligible arms named none of them.');

  const { providerId, provider, model } = arm.spec;
  const { propensity } = choice;
  const reason =
    made.shortage !== undefined ? 'downgrade' : selection > made.firstSelection ? 'failover' : choice.reason;
  const drawOf = new Map(choice.candidates.map(({ key, draw }) => [key, draw]));
  const candidates = arms.map((each) => candidateOf(each, drawOf.get(each.key) ?? null));
  insertSelection(tx, sessionId, turn, {
    selection,
    providerId,
    provider,
    model,
    reason,
    candidates,
    propensity,
    requestBytes: arm.requestBytes,
    promptTokens: arm.prompt.tokens,
    transcript: arm.prompt.window,
    maxTokens: arm.maxTokens,
    withoutCache: arm.withoutCache,
    wantedTokens: arm.wantedTokens,
    waitedMs: Math.round(waitedMs),
    queuedMs: Math.round(queuedMs),
  });
  tx.observe({ kind: 'model_selected', provider, model, reason });
  insertAttempt(tx, sessionId, {
    turn,
    selection,
    attempt: 1,
    agentId: made.agentId,
    provider,
    model,
    dayAccount,
    state: 'reserved',
    reservedNano: arm.worstCaseNano,
  });
  appendEvents(tx, sessionId, [
    newEvent(`selected:${turn}:${selection}`, 'br.model_selected', {
      model,
      provider,
      strategy: 'thompson',
      turnIndex: turn,
      reason,
      candidates: candidates.map(shownCandidate),
      propensity,
      messageIds: selection === 0 && made.messageIds.length > 0 ? [...made.messageIds] : undefined,
      failed: made.failed === undefined ? undefined : shownFailure(made.failed),
      budget: made.shortage,
    }),
  ]);
  // The reservation comes last, with the commit: all sessions of an agent share the account of its day.
  reserve(tx, runAccount(sessionId), dayAccount, arm.worstCaseNano);
  return arm;
}

function shownFailure({ model, provider, type, status, message }: FailedSelection) {
  return { model, provider, type, status: status ?? undefined, message: message ?? undefined };
}

function shownCandidate(candidate: SelectionCandidate): EventData<'br.model_selected'>['candidates'][number] {
  return {
    model: candidate.model,
    draw: candidate.draw,
    posteriorMean: candidate.posteriorMean,
    expectedCostUsd: usdFromNano(BigInt(candidate.expectedCostNano)),
    eligible: candidate.eligible,
    why: candidate.why,
  };
}
