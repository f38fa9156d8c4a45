import type { Tx } from '../../db/database.ts';
import { contextLimits } from '../../db/queries/context-limit.ts';
import { appendEvents } from '../../db/queries/event.ts';
import { askForCounts } from '../../db/queries/input-count.ts';
import {
  type Account,
  accountOfRun,
  dayAccount,
  isReservationRefused,
  openAccount,
  readAccounts,
  readAccountsOfSession,
  runAccount,
} from '../../db/queries/ledger.ts';
import { providersOfTenant } from '../../db/queries/provider.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { readTurnToSelect } from '../../db/queries/turn-to-select.ts';
import { noteWait } from '../../db/queries/turn-wait.ts';
import { type Arm, armsOf, leastCostOf, preferringImages, sparingCutPrompts } from '../../domain/arms.ts';
import { armsToCount } from '../../domain/arms-to-count.ts';
import { budgetDay, headroomOf, paidNano, runBudget } from '../../domain/budget.ts';
import { heartbeatTimeoutOf } from '../../domain/call-heartbeats.ts';
import { type ArmsWithin, cheaperArms } from '../../domain/cheaper-arms.ts';
import { type Choice, chooseModel, DEFAULT_ALPHA } from '../../domain/choose-model.ts';
import { lastFailure, latest } from '../../domain/last-failure.ts';
import { usdFromNano } from '../../domain/money.ts';
import { releaseLookMs, type WithoutArm, withoutArm } from '../../domain/no-arm.ts';
import { seededRandom } from '../../domain/random.ts';
import { receivedTooMuch } from '../../domain/received-bytes.ts';
import { whoTerminates } from '../../domain/termination.ts';
import type { OfferedModel } from '../../models/model-registry.ts';
import { usableModels } from '../../models/usable-models.ts';
import { endInTransaction, wakeInTransaction } from '../../transitions/session-transition.ts';
import { warnOfBudgets } from '../debit-budget/budget-warning.ts';
import { selectRecorded } from '../replay/select-recorded.ts';
import { behindLock } from '../session/behind-lock.ts';
import { shortageOf } from '../session/budget-shortage.ts';
import { modelSlotOf } from '../shares/stage-shares.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { SelectModelRef, SelectResult } from '../stage-results.ts';
import { endOfLongPrompt } from './end-of-long-prompt.ts';
import {
  endWithoutMoney,
  idleForExcess,
  idleForMoney,
  keepUnserved,
  stayIdleForMoney,
  stillLacked,
  type TurnToPay,
} from './idle-for-money.ts';
import { pauseOrGoOn } from './pause.ts';
import { promptsFor } from './prompts-for.ts';
import { createSessionTurnSizes } from './session-turn-sizes.ts';
import { storeSelection } from './store-selection.ts';

/** How often the choice is made: another session may take the money between the reading and the reservation. */
const CHOICES = 3;

/**
 * Stage 2. Chooses a model among the arms that can serve the turn, and reserves the worst case of its request in the
 * accounts of run and agent-day, in the transaction that stores the selection (I4). The stage may be repeated: the row
 * of the selection is its idempotency key.
 */
export function createSelectModel(deps: StageDeps) {
  const { modelCalls } = deps.shares;
  const turnSizes = createSessionTurnSizes();

  return async function selectModel(ref: SelectModelRef): Promise<SelectResult> {
    deps.reached('reservation.before');
    const result = await choose(ref);
    deps.reached('reservation.after');
    deps.notifier.eventsAppended(ref.sessionId);
    return result;
  };

  async function choose(ref: SelectModelRef): Promise<SelectResult> {
    for (let choice = 0; choice < CHOICES; choice++) {
      try {
        return await deps.db.transaction(ref.tenantId, (tx) => select(tx, ref));
      } catch (error) {
        if (!isReservationRefused(error)) throw error;
      }
    }
    return { kind: 'wait', waitMs: releaseLookMs(ref.waitedMs) };
  }

  async function select(tx: Tx, ref: SelectModelRef): Promise<SelectResult> {
    const today = budgetDay(deps.nowMs());
    const { session, ended, inputs, sizes, limits, known, providers } = await behindLock(tx, ref, () => ({
      inputs: readTurnToSelect(tx, ref.sessionId, ref.turn, ref.selection),
      sizes: turnSizes.upTo(tx, ref.sessionId, ref.turn),
      limits: contextLimits(tx),
      known: readAccountsOfSession(tx, ref.sessionId, today),
      providers: providersOfTenant(tx),
    }));
    if (ended !== undefined) return ended;
    if (inputs === undefined) return { kind: 'ended', reason: 'terminated' };
    if (inputs.stored) return { kind: 'selected' };
    const { frame } = inputs;
    if (frame === null) {
      throw new TypeError(
        `A model was to be selected for turn ${ref.turn} of ${session.id} before its context was stored.`,
      );
    }

    if (inputs.interrupted) return endInTransaction(tx, session, 'interrupted');
    const doneBy = whoTerminates(inputs);
    if (doneBy !== undefined) return endInTransaction(tx, session, 'terminated', doneBy);
    const tooMuch = receivedTooMuch(inputs);
    if (tooMuch !== undefined) return endInTransaction(tx, session, 'error', tooMuch);
    const paused = pauseOrGoOn(tx, ref, session, { suspended: inputs.suspended, accounts: known });
    if (paused !== undefined) return paused;
    if (session.replay?.recordedModels)
      return selectRecorded(tx, ref, session, session.replay, { accounts: known, messageIds: inputs.messageIds });

    const day = dayAccount(session.agentId, today);
    const accounts = await withDayAccount(tx, session, day, inputs.budgetDailyNano, known);
    const { own, others } = usableModels(deps.registry, providers, session);
    const situation = {
      ...inputs,
      frame,
      maxOutputTokens: session.maxOutputTokens ?? undefined,
      headroom: headroomOf(accounts),
      nowMs: deps.nowMs(),
    };
    const armsWithin: ArmsWithin<OfferedModel> = (models, mostTranscriptTokens) => {
      const prompts = promptsFor(models, { session, frame, sizes, limits, mostTranscriptTokens });
      return sparingCutPrompts(preferringImages(armsOf(prompts, situation)));
    };
    const arms = armsWithin(own, undefined);
    // The idle time of a session that was paused begins anew.
    const toPayFor = session.idleCause === 'paused' ? { ...ref, idleLeftMs: undefined } : ref;
    const turn: TurnToPay = { ref: toPayFor, session, arms, accounts, nowMs: deps.nowMs() };
    const excessive = await idleForExcess(tx, turn);
    if (excessive !== undefined) return excessive;
    const wasIdle = session.status === 'idle';
    const lacked = wasIdle ? stillLacked(turn) : undefined;
    if (wasIdle && lacked === undefined) {
      wakeInTransaction(tx, session, ref.turn, accountOfRun(accounts, session.id)?.capNano ?? null);
    }
    // A session that was idle for money begins to wait only now.
    const waitedMs = wasIdle ? 0 : ref.waitedMs;
    const last = lastFailure(inputs, arms);
    const decided =
      lacked === undefined && arms.every(({ obstacle }) => obstacle !== undefined)
        ? withoutArm(arms, waitedMs, deps.limits, last)
        : undefined;
    if (decided?.kind === 'wait') {
      const forMoney =
        waitedMs < deps.limits.releaseWaitMs && arms.some(({ obstacle }) => obstacle?.kind === 'reserved');
      const wait = { waitedMs, lookInMs: decided.waitMs };
      noteWait(tx, session.id, ref.turn, { for: forMoney ? 'money_release' : 'model_up', ...wait });
      return decided;
    }
    const queue = (): SelectResult | undefined => {
      if (modelCalls.admit(modelSlotOf(ref))) return undefined;
      const waitMs = modelCalls.lookMs;
      noteWait(tx, session.id, ref.turn, { for: 'place', waitedMs: ref.queuedMs ?? 0, lookInMs: waitMs });
      return { kind: 'queue', waitMs };
    };
    const toCount = armsToCount(arms, isCountedBy(deps, own));
    if (toCount.length > 0) {
      const queued = queue();
      if (queued !== undefined) return queued;
      const counts = toCount.map(({ spec, prompt }) => ({ ...modelOf(spec), window: prompt.window }));
      askForCounts(tx, session.id, ref.turn, counts);
      return { kind: 'count' };
    }
    if (lacked !== undefined) return stayIdleForMoney(tx, turn, lacked);
    const isDowngraded = decided?.reason === 'budget_exhausted' && session.onBudget === 'downgrade';
    const cheaper = isDowngraded ? cheaperArms(own, others, armsWithin) : undefined;
    if (decided !== undefined && cheaper === undefined) {
      return withoutMoneyOrModel(tx, turn, await endOfLongPrompt(tx, ref, decided, { arms, last }));
    }
    const queued = queue();
    if (queued !== undefined) return queued;
    if (cheaper !== undefined) keepUnserved(tx, turn);

    const neededNano = leastCostOf(arms);
    appendEvents(tx, session.id, await warnOfBudgets(tx, accounts, { ...ref, neededNano }));
    const chosenFrom = cheaper ?? arms;
    const { spec, worstCaseNano } = storeSelection(tx, ref, {
      agentId: session.agentId,
      dayAccount: day,
      arms: chosenFrom,
      choice: choiceAmong(chosenFrom, turn),
      failed: latest(inputs.failed),
      firstSelection: inputs.firstSelection,
      messageIds: inputs.messageIds,
      shortage: cheaper && shortageOf(session.id, accounts, neededNano ?? 0n),
    });
    const run = accountOfRun(accounts, session.id);
    const about = {
      model: `${spec.provider}/${spec.model}`,
      mostUsd: usdFromNano(worstCaseNano),
      paidUsd: usdFromNano(run === undefined ? 0n : paidNano(run)),
    };
    return { kind: 'selected', heartbeatMs: heartbeatTimeoutOf(modelCalls.held(ref.tenantId)), about };
  }
}

function choiceAmong(arms: readonly Arm[], { ref, session, accounts }: TurnToPay): Choice {
  return chooseModel({
    candidates: arms.map((arm) => ({ ...arm, ineligible: arm.obstacle?.why })),
    random: seededRandom(`${session.replay?.seed ?? session.id}/${ref.turn}/${ref.selection}`),
    // The same α with a cap as without one: a generous cap is no reason to spend more.
    alpha: DEFAULT_ALPHA,
    budget: runBudget(accountOfRun(accounts, session.id), { turn: ref.turn, maxTurns: session.maxTurns }),
  });
}

/** Whether a count of an arm's prompt can be had. */
function isCountedBy(deps: StageDeps, models: readonly OfferedModel[]): (arm: Arm) => boolean {
  return ({ spec }) => {
    const offered = models.find(({ provider, model }) => provider === spec.provider && model === spec.model);
    return offered !== undefined && deps.inputCounter.canCount(offered);
  };
}

function modelOf({ provider, model }: Arm['spec']): { provider: string; model: string } {
  return { provider, model };
}

/** Makes a session whose turn no arm can serve idle, or ends it. What stood against each arm is kept. */
async function withoutMoneyOrModel(
  tx: Tx,
  turn: TurnToPay,
  decided: Exclude<WithoutArm, { kind: 'wait' }>,
): Promise<SelectResult> {
  const { session, arms, accounts } = turn;
  if (decided.reason === 'error') {
    keepUnserved(tx, turn);
    return endInTransaction(tx, session, 'error', decided.error);
  }
  const idle = await idleForMoney(tx, turn);
  return idle ?? endWithoutMoney(tx, turn, shortageOf(session.id, accounts, leastCostOf(arms) ?? 0n));
}

/** The accounts of run and agent-day. The first selection of a day opens the account of the day. */
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
