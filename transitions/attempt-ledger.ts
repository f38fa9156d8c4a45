import type { Tx } from '../db/database.ts';
import { storeInputReport } from '../db/queries/input-report.ts';
import { closeReservation, runAccount } from '../db/queries/ledger.ts';
import { type ModelAttempt, markClosed, SUMMARY_SELECTION, type TokenTimes } from '../db/queries/model-attempt.ts';
import { addReceivedBytes, correctEndedCost } from '../db/queries/session.ts';
import { learnTokenRatio } from '../db/queries/token-ratio.ts';
import { type AttemptOutcome, debitOf, failureOf } from '../domain/attempt-outcome.ts';
import { usdFromNano } from '../domain/money.ts';
import type { ModelAttemptFailed } from '../processes/log-line.ts';
import { secondsOf } from '../telemetry/seconds.ts';
import { aboutSession, type NamedSession } from './about-session.ts';

const STATES = { reported: 'settled', estimated: 'unknown', unknown: 'unknown', released: 'released' } as const;

/** What the log is told of a failed request besides its type. */
export type FailureDetail = Pick<ModelAttemptFailed, 'status' | 'code' | 'duration_ms'>;

/** The facts about a request that was sent. */
export interface SentFacts {
  /** False when the request showed fewer images than its selection says: what the model reported then bounds no later request. */
  readonly whole?: boolean | undefined;
  /** The decoded bytes of the answer. */
  readonly receivedBytes?: number | undefined;
  /** Absent: nothing of an answer came. */
  readonly tokens?: TokenTimes | undefined;
}

/**
 * Closes an open attempt and its reservation in both accounts. A request that was sent and failed leaves a line in the log.
 */
export function closeAttempt(
  tx: Tx,
  session: NamedSession,
  attempt: ModelAttempt,
  outcome: AttemptOutcome,
  { whole = true, receivedBytes = 0, tokens, ...detail }: FailureDetail & SentFacts = {},
): void {
  const { reservedNano } = attempt;
  const { chargedNano, excessNano } = debitOf(reservedNano, outcome);
  const cause = failureOf(outcome);
  if (cause !== undefined && attempt.state === 'dispatched') {
    reportFailedAttempt(tx, session, attempt, { ...detail, cause, state: STATES[outcome.kind] });
  }
  if (attempt.state === 'dispatched') {
    const { provider, model } = attempt;
    const seconds = secondsOf(detail.duration_ms);
    tx.observe({ kind: 'model_attempt', provider, model, outcome: cause ?? 'answered', seconds });
  }
  observeCost(tx, attempt, chargedNano + excessNano);
  addReceivedBytes(tx, session.id, receivedBytes);
  markClosed(tx, session.id, attempt, {
    state: STATES[outcome.kind],
    chargedNano,
    excessNano,
    usage: outcome.kind === 'released' ? undefined : outcome.usage,
    failedType: outcome.failedType,
    tokens,
  });
  // A request for a summary is no prompt that later ones extend, so its report bounds none of them.
  const bounds = attempt.selection !== SUMMARY_SELECTION && whole;
  if (bounds && outcome.kind === 'reported') {
    const { inputTokens, outputTokens } = outcome.usage;
    const isAnswer = outcome.failedType === undefined;
    storeInputReport(tx, session.id, attempt, { inputTokens, outputTokens: isAnswer ? outputTokens : null });
    learnTokenRatio(tx, session.id, attempt, inputTokens);
  }
  closeReservation(tx, runAccount(session.id), attempt.dayAccount, { reservedNano, chargedNano, excessNano });
}

function observeCost(tx: Tx, { agentId: agent, provider, model }: ModelAttempt, costNano: bigint): void {
  if (costNano !== 0n) tx.observe({ kind: 'cost', agent, provider, model, usd: usdFromNano(costNano) });
}

export function reportFailedAttempt(
  tx: Tx,
  session: NamedSession,
  { turn, selection, attempt, provider, model }: ModelAttempt,
  why: FailureDetail & Pick<ModelAttemptFailed, 'cause' | 'state'>,
): void {
  const ofSummary = selection === SUMMARY_SELECTION;
  tx.report({
    event: 'model_attempt_failed',
    ...aboutSession(session),
    turn,
    stage: ofSummary ? 'summarize' : 'callModel',
    selection: ofSummary ? undefined : selection,
    attempt,
    provider,
    model,
    ...why,
  });
}

/**
 * An attempt that was given up came out after all. If it is charged at its reservation, the ledger takes what is known by now
 * instead: what was reported, a closer upper bound, or that nothing was charged (I3). A second run changes nothing.
 */
export function correctUnknownAttempt(tx: Tx, sessionId: string, attempt: ModelAttempt, outcome: AttemptOutcome): void {
  if (attempt.state !== 'unknown' || outcome.kind === 'unknown') return;
  const { chargedNano, excessNano } = debitOf(attempt.reservedNano, outcome);
  markClosed(tx, sessionId, attempt, {
    state: STATES[outcome.kind],
    chargedNano,
    excessNano,
    usage: outcome.kind === 'released' ? undefined : outcome.usage,
    failedType: outcome.failedType,
  });
  const change = { chargedNano: chargedNano - attempt.chargedNano, excessNano: excessNano - attempt.excessNano };
  const changeNano = change.chargedNano + change.excessNano;
  observeCost(tx, attempt, changeNano);
  correctEndedCost(tx, sessionId, changeNano);
  closeReservation(tx, runAccount(sessionId), attempt.dayAccount, { reservedNano: 0n, ...change });
}
