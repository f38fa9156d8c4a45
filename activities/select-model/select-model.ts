import type { EventData } from '../../contract/events.ts';
import type { Tx } from '../../db/database.ts';
import { appendEvents, newEvent } from '../../db/queries/event.ts';
import {
  type Account,
  dayAccount,
  isReservationRefused,
  openAccount,
  readAccounts,
  readAccountsOfSession,
  reserve,
  runAccount,
} from '../../db/queries/ledger.ts';
import { insertAttempt } from '../../db/queries/model-attempt.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import { insertSelection, type SelectionCandidate } from '../../db/queries/routing.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { readSelectionInputs } from '../../db/queries/turn-to-select.ts';
import { backoffMs } from '../../domain/backoff.ts';
import { budgetDay, paidNano } from '../../domain/budget.ts';
import { chooseModel, DEFAULT_ALPHA } from '../../domain/choose-model.ts';
import { usdFromNano } from '../../domain/money.ts';
import { seededRandom } from '../../domain/random.ts';
import { behindLock } from '../session/behind-lock.ts';
import { endInTransaction } from '../session/session-transition.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { SelectionRef, SelectResult } from '../stage-results.ts';
import { type Arm, armsOf, candidateOf, headroomOf } from './selection-arms.ts';

/** Another session may take the money between reading and reserving: the choice is made again. */
const CHOICES = 3;
const LEAST_WAIT_MS = 50;
/** Another arm may come back, or be connected, before the one that was promised. */
const LONGEST_WAIT_MS = 30_000;

/**
 * Stage 2. Chooses a model among the arms that can serve the turn and reserves the worst case of its request, in run
 * and agent-day, in the transaction that says so (I4). Repeating it is safe: the selection's row is its idempotency key.
 */
export function createSelectModel(deps: StageDeps) {
  return async function selectModel(ref: SelectionRef & { readonly waitedMs: number }): Promise<SelectResult> {
    deps.reached('reservation.before');
    const result = await choose(ref);
    deps.reached('reservation.after');
    deps.notifier.eventsAppended(ref.sessionId);
    return result;
  };

  async function choose(ref: SelectionRef & { readonly waitedMs: number }): Promise<SelectResult> {
    for (let choice = 0; choice < CHOICES; choice++) {
      try {
        return await deps.db.transaction(ref.tenantId, (tx) => select(tx, ref));
      } catch (error) {
        if (!isReservationRefused(error)) throw error;
      }
    }
    return { kind: 'wait', waitMs: waitMsAfter(ref.waitedMs) };
  }

  async function select(tx: Tx, ref: SelectionRef & { readonly waitedMs: number }): Promise<SelectResult> {
    const today = budgetDay(deps.nowMs());
    const { session, ended, inputs, known, providers } = await behindLock(tx, ref.sessionId, () => ({
      inputs: readSelectionInputs(tx, ref.sessionId, ref.turn, ref.selection),
      known: readAccountsOfSession(tx, ref.sessionId, today),
      providers: providersOfTenant(tx),
    }));
    if (ended !== undefined) return ended;
    if (inputs === undefined) return { kind: 'ended', reason: 'terminated' };
    if (inputs.stored) return { kind: 'selected' };
    const { prompt } = inputs;
    if (prompt === null)
      throw new TypeError(`Turn ${ref.turn} of ${session.id} was selected for before it was refreshed.`);

    if (inputs.interrupted) return endInTransaction(tx, session, 'interrupted');
    if (inputs.lifecycleState !== 'active' || inputs.keyRevoked) return endInTransaction(tx, session, 'terminated');

    const day = dayAccount(session.agentId, today);
    const accounts = await withDayAccount(tx, session, day, inputs.budgetDailyNano, known);
    const headroom = headroomOf(accounts);
    const arms = armsOf(deps, { providers, session, prompt, inputs, headroom });
    const offered = arms.filter((arm) => arm.obstacle === undefined);
    if (offered.length === 0) return whenNoneIsOffered(tx, session, arms, ref.waitedMs);

    const choice = chooseModel({
      candidates: arms.map((arm) => ({
        key: arm.key,
        posterior: arm.posterior,
        expectedCostNano: arm.expectedCostNano,
        worstCaseNano: arm.worstCaseNano,
        ...(arm.obstacle === undefined ? {} : { ineligible: arm.obstacle.why }),
      })),
      random: seededRandom(`${session.id}/${ref.turn}/${ref.selection}`),
      ...pacing(accounts, session, ref.turn),
    });
    const arm = arms.find((candidate) => candidate.key === choice.chosen);
    if (arm === undefined) throw new TypeError('The choice among eligible arms named none of them.');

    const reason = ref.selection > 0 ? 'failover' : choice.reason;
    const drawOf = new Map(choice.candidates.map((candidate) => [candidate.key, candidate.draw]));
    const candidates = arms.map((each) => candidateOf(each, drawOf.get(each.key) ?? null));
    insertSelection(tx, session.id, ref.turn, {
      selection: ref.selection,
      providerId: arm.spec.providerId,
      provider: arm.spec.provider,
      model: arm.spec.model,
      reason,
      candidates,
      propensity: choice.propensity,
      requestBytes: prompt.promptBytes,
      maxTokens: arm.maxTokens,
    });
    insertAttempt(tx, session.id, {
      turn: ref.turn,
      selection: ref.selection,
      attempt: 1,
      agentId: session.agentId,
      provider: arm.spec.provider,
      model: arm.spec.model,
      dayAccount: day,
      state: 'reserved',
      reservedNano: arm.worstCaseNano,
    });
    appendEvents(tx, session.id, [
      newEvent(`selected:${ref.turn}:${ref.selection}`, 'br.model_selected', {
        model: arm.spec.model,
        provider: arm.spec.provider,
        strategy: 'thompson',
        turnIndex: ref.turn,
        reason,
        candidates: candidates.map(shownCandidate),
        propensity: choice.propensity,
      }),
    ]);
    reserve(tx, runAccount(session.id), day, arm.worstCaseNano);
    return { kind: 'selected' };
  }

  /** Exhausted means spent: money that is only reserved, and arms that are only down, are waited for. */
  async function whenNoneIsOffered(
    tx: Tx,
    session: SessionRow,
    arms: readonly Arm[],
    waitedMs: number,
  ): Promise<SelectResult> {
    const obstacles = arms.flatMap((arm) => (arm.obstacle === undefined ? [] : [arm.obstacle]));
    if (obstacles.some((obstacle) => obstacle.kind === 'reserved') && waitedMs < deps.limits.releaseWaitMs) {
      return { kind: 'wait', waitMs: waitMsAfter(waitedMs) };
    }
    const downForMs = obstacles.flatMap((obstacle) => (obstacle.kind === 'down' ? [obstacle.forMs] : []));
    if (downForMs.length > 0 && waitedMs < deps.limits.outageWaitMs) {
      return { kind: 'wait', waitMs: outageWaitMs(Math.min(...downForMs)) };
    }
    if (obstacles.some((obstacle) => obstacle.kind === 'spent' || obstacle.kind === 'reserved')) {
      return endInTransaction(tx, session, 'budget_exhausted');
    }
    if (arms.length === 0) {
      return endInTransaction(tx, session, 'error', {
        code: 'no_provider',
        message: 'No connected provider offers a model this run may use. Connect one with POST /v1/providers.',
      });
    }
    const whys = [...new Set(obstacles.map((obstacle) => obstacle.why))].join(', ');
    return endInTransaction(tx, session, 'error', {
      code: 'no_model_available',
      message: `No model could serve this turn (${whys}).`,
    });
  }
}

/** The accounts of run and agent-day; the first selection of a day opens the day's. */
async function withDayAccount(
  tx: Tx,
  session: SessionRow,
  day: string,
  budgetDailyNano: bigint | null,
  known: readonly Account[],
): Promise<readonly Account[]> {
  if (known.some((account) => account.account === day)) return known;
  openAccount(tx, { account: day, capNano: budgetDailyNano });
  return readAccounts(tx, [runAccount(session.id), day]);
}

/** Doubling pauses, from a quarter of a second to five seconds. */
function waitMsAfter(waitedMs: number): number {
  return backoffMs(Math.round(Math.log2(1 + waitedMs / 250)), { initialMs: 250, maxMs: 5_000 });
}

/** Until the first circuit closes: one look then, not one every few seconds. */
function outageWaitMs(downForMs: number): number {
  return Math.min(Math.max(Math.ceil(downForMs), LEAST_WAIT_MS), LONGEST_WAIT_MS);
}

function pacing(accounts: readonly Account[], session: SessionRow, turn: number) {
  const run = accounts.find((account) => account.account === runAccount(session.id));
  if (run === undefined || run.capNano === null) return {};
  const remainingNano = run.capNano - paidNano(run) - run.reservedNano;
  // With α as without a cap: a generous cap is no reason to spend more.
  return { alpha: DEFAULT_ALPHA, budget: { remainingNano, remainingTurns: Math.max(1, session.maxTurns - turn) } };
}

function shownCandidate(candidate: SelectionCandidate): EventData<'br.model_selected'>['candidates'][number] {
  return {
    model: candidate.model,
    draw: candidate.draw,
    posteriorMean: candidate.posteriorMean,
    expectedCostUsd: usdFromNano(BigInt(candidate.expectedCostNano)),
    eligible: candidate.eligible,
    ...(candidate.why === undefined ? {} : { why: candidate.why }),
  };
}
