import type { Tx } from '../../db/database.ts';
import { openCircuit } from '../../db/queries/circuit.ts';
import { learnContextLimit } from '../../db/queries/context-limit.ts';
import { appendEvents } from '../../db/queries/event.ts';
import type { TokenTimes } from '../../db/queries/model-attempt.ts';
import { markSelectionFailed, TENANT_SUSPENDED } from '../../db/queries/routing.ts';
import { dropDeltas } from '../../db/queries/text-delta.ts';
import { storeAnswer } from '../../db/queries/turn.ts';
import { type AttemptOutcome, debitOf, outcomeOfFailure } from '../../domain/attempt-outcome.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import type { Guarding, Scan } from '../../domain/guardrails/guard-text.ts';
import { learnedLimit } from '../../domain/learned-limit.ts';
import { EVERY_MODEL, opensCircuit, outageMs } from '../../domain/model-outage.ts';
import type { ModelUsage } from '../../domain/model-usage.ts';
import { unasked } from '../../guardrails/asked-providers.ts';
import type { ModelCallError } from '../../models/model-call.ts';
import { closeAttempt, correctUnknownAttempt } from '../../transitions/attempt-ledger.ts';
import type { CallModelResult, SelectionRef } from '../stage-results.ts';
import { answerSize } from './answer-size.ts';
import { lockAttempt, resultBehindFence } from './fenced-attempt.ts';
import { guardPartialAnswer } from './guard-answer.ts';
import { messageEvent } from './message-event.ts';
import type { OpenedAttempt } from './open-attempt.ts';
import { isSentWhole, ownCountOfFailure } from './own-count.ts';

/**
 * The closing transaction of a request that failed: the money is settled, released or counted at its reservation, the
 * arm is marked, and the loop selects again. A request that an interrupt aborted is no failure of the arm: the text
 * that had arrived is kept as a partial answer. Neither is a request that was aborted because the tenant is suspended: it
 * is made anew later.
 * @param facts.recall tells what external providers have said of that text
 */
export async function closeWithFailure(
  tx: Tx,
  ref: SelectionRef,
  opened: OpenedAttempt,
  error: ModelCallError,
  facts: {
    readonly durationMs: number;
    readonly suspended: boolean;
    readonly recall: Guarding['ask'];
    readonly scan: Scan;
    /** The decoded bytes that came before the failure. */
    readonly receivedBytes: number;
    readonly tokens?: TokenTimes | undefined;
  },
): Promise<CallModelResult> {
  const { durationMs, suspended, recall = unasked, scan, receivedBytes, tokens } = facts;
  const { session, ended, attempt, guardrails } = await lockAttempt(tx, ref, opened);
  if (session === undefined) return ended;
  if (attempt === undefined) throw new TypeError('A failure came for an attempt that is not in the ledger.');
  const outcome = outcomeOfFailure(opened.spec.rates, error, ownCountOfFailure(opened, error));
  if (attempt.state !== 'dispatched') {
    // It is closed already: by a later attempt, or by this very transaction if the answer to its COMMIT was lost.
    correctUnknownAttempt(tx, session.id, attempt, outcome);
    return resultBehindFence(tx, ref);
  }

  const { costNano } = debitOf(attempt.reservedNano, outcome);
  const paused = suspended && error.type === 'model.aborted';
  if (paused) markPaused(tx, ref);
  const usage = usageOf(outcome);
  const result =
    ended ??
    (paused ? PAUSED : await markFailed(tx, ref, opened, error, { costNano, usage, guardrails, recall, scan }));
  // The accounts come last, with the commit: all sessions of an agent share the account of its day.
  const { status, systemCode: code } = error;
  const whole = isSentWhole(opened, error.wireBytes);
  closeAttempt(tx, session, attempt, outcome, { whole, receivedBytes, tokens, status, code, duration_ms: durationMs });
  dropDeltas(tx, session);
  return result;
}

const PAUSED: CallModelResult = { kind: 'failed', type: TENANT_SUSPENDED };

/** The selection is void. The next one waits until the tenant is resumed, and then the request is made anew. */
function markPaused(tx: Tx, { sessionId, turn, selection }: SelectionRef): void {
  const message = 'The request was aborted, because the operator has suspended the tenant.';
  markSelectionFailed(tx, sessionId, turn, selection, { type: TENANT_SUSPENDED, message });
}

async function markFailed(
  tx: Tx,
  ref: SelectionRef,
  opened: OpenedAttempt,
  error: ModelCallError,
  {
    costNano,
    usage,
    guardrails,
    recall,
    scan,
  }: { costNano: bigint; usage: ModelUsage; guardrails: GuardrailLayers; recall: Guarding['ask']; scan: Scan },
): Promise<CallModelResult> {
  const { sessionId } = ref;
  const { provider, model, connection } = opened.spec;

  if (error.type === 'model.aborted') {
    const { text, events } = await guardPartialAnswer(guardrails, ref, error.partialText ?? '', { ask: recall, scan });
    const answer = { text, toolCalls: [], partial: true };
    storeAnswer(tx, sessionId, ref.turn, answer, answerSize(answer), { provider, model, selection: ref.selection });
    const message = { turn: ref.turn, text, by: opened.spec, usage, costNano, partial: true };
    appendEvents(tx, sessionId, [...events, ...(text === '' ? [] : [messageEvent(message)])]);
    return { kind: 'answered', toolCalls: [] };
  }

  const { type, status, message } = error;
  markSelectionFailed(tx, sessionId, ref.turn, ref.selection, { type, status, message, connection });
  if (type === 'model.context_too_long') {
    const refusedTokens = opened.promptTokens + opened.request.maxOutputTokens;
    learnContextLimit(tx, { provider, model, tokens: learnedLimit(refusedTokens, message) });
  }
  if (opensCircuit(type)) {
    const openMs = (failures: number) => outageMs(type, failures, error.retryAfterMs);
    await openCircuit(tx, {
      provider,
      model: error.concernsAccount ? EVERY_MODEL : model,
      metBy: model,
      connection,
      failure: { type, status, message },
      openMs,
    });
  }
  return { kind: 'failed', type };
}

/** Nothing is counted for a request that was certainly not charged. */
const NO_USAGE: ModelUsage = {
  inputTokens: 0,
  cacheReadTokens: 0,
  cacheWriteTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

function usageOf(outcome: AttemptOutcome): ModelUsage {
  return outcome.kind === 'released' ? NO_USAGE : (outcome.usage ?? NO_USAGE);
}
