import { Context } from '@temporalio/activity';
import { isReservationRefused } from '../../db/queries/ledger.ts';
import type { TokenTimes } from '../../db/queries/model-attempt.ts';
import { createKnownEvaluations } from '../../evaluation/evaluated-before.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { type ModelAnswer, ModelCallError } from '../../models/model-call.ts';
import { afterReading } from '../after-reading.ts';
import { heartbeating } from '../heartbeat.ts';
import { isToStop } from '../shares/is-to-stop.ts';
import { modelSlotOf, toolHeartbeatMs } from '../shares/stage-shares.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallModelResult, SelectionRef } from '../stage-results.ts';
import { untilStored } from '../until-stored.ts';
import { askAboutAnswer, askAboutBeginning } from './ask-about-answer.ts';
import { checkCalls } from './check-calls.ts';
import { closeWithAnswer } from './close-with-answer.ts';
import { closeWithFailure } from './close-with-failure.ts';
import { ENDED, INTERRUPTED, SUSPENDED } from './interrupt-doorbell.ts';
import { storeMeaningOfSearches } from './meaning-of-searches.ts';
import { type OpenedAttempt, openAttempt } from './open-attempt.ts';

/**
 * Stage 3. Sends one request to one model, between two transactions: the first reserves the money and records
 * `dispatched`, the second stores the answer, its settlement and its tool calls together. Only Temporal retries, and a
 * retry finds what the attempt before it has stored.
 */
export function createCallModel(deps: StageDeps) {
  const { modelCalls, turns } = deps.shares;

  return async function callModel(ref: SelectionRef): Promise<CallModelResult> {
    // The call registers before openAttempt reads the inbox, so one of the two sees an interrupt.
    const doorbell = deps.doorbell.register(ref);
    try {
      return await heartbeating(async () => {
        const slot = modelCalls.begin(modelSlotOf(ref));
        if (slot === undefined && !(await isToStop(deps.db, ref))) {
          return { kind: 'no_slot', waitMs: modelCalls.lookMs };
        }
        try {
          await turns.enter(ref, Context.current().cancellationSignal);
          const opened = await open(ref);
          if (opened.kind !== 'dispatch') {
            deps.notifier.eventsAppended(ref.sessionId);
            return planned(ref, opened.result);
          }
          deps.reached('model_dispatched.after');
          const result = await requested(ref, opened, doorbell);
          deps.notifier.eventsAppended(ref.sessionId);
          return planned(ref, result);
        } finally {
          slot?.();
        }
      });
    } finally {
      doorbell.unregister();
    }
  };

  /** The result with the heartbeat time-out of the calls that it plans. */
  function planned(ref: SelectionRef, result: CallModelResult): CallModelResult {
    if (result.kind !== 'answered') return result;
    return { ...result, heartbeatMs: toolHeartbeatMs(deps.shares, ref, result.toolCalls) };
  }

  async function open(ref: SelectionRef): ReturnType<typeof openAttempt> {
    const inTransaction = (mayReserve: boolean) =>
      deps.db.transaction(ref.tenantId, (tx) => openAttempt(tx, deps, ref, mayReserve));
    try {
      return await inTransaction(true);
    } catch (error) {
      if (!isReservationRefused(error)) throw error;
      return inTransaction(false);
    }
  }

  async function requested(
    ref: SelectionRef,
    opened: OpenedAttempt,
    { signal: interrupted, suspended }: { readonly signal: AbortSignal; readonly suspended: AbortSignal },
  ): Promise<CallModelResult> {
    const cancelled = Context.current().cancellationSignal;
    const signal = AbortSignal.any(
      opened.interruptWaits
        ? [AbortSignal.abort(INTERRUPTED)]
        : [afterReading(interrupted, (reason) => reason === ENDED), afterReading(cancelled)],
    );
    const known = createKnownEvaluations(deps.evaluator.of(ref.tenantId));
    const startedMs = deps.nowMs();
    const growing = deps.deltas.open(opened.place, opened.deltasWanted);
    turns.leave(ref.sessionId);
    let receivedBytes = 0;
    let tokens: TokenTimes | undefined;
    let answer: ModelAnswer;
    try {
      answer = await deps
        .callModelOnce({
          ...opened.request,
          signal,
          pace: deps.readingPaces.of(ref.tenantId),
          onTextDelta: growing.append,
          onPiece() {
            // The clock may have been set back.
            const lastMs = Math.max(tokens?.lastMs ?? 0, deps.nowMs() - startedMs);
            tokens = { firstMs: tokens?.firstMs ?? lastMs, lastMs };
          },
          onReceived(bytes) {
            receivedBytes += bytes;
            deps.meter.add(ref.tenantId, 'received_bytes', bytes);
          },
        })
        .finally(growing.close)
        .finally(() => turns.enter(ref, cancelled));
    } catch (error) {
      // The activity was cancelled. If the worker shuts down, the next attempt closes this one on another worker; if the
      // workflow was cancelled, the end of the session closes it.
      if (cancelled.aborted && !interrupted.aborted) throw cancelled.reason;
      if (!(error instanceof ModelCallError)) throw error;
      const durationMs = deps.nowMs() - startedMs;
      const recall = await askAboutBeginning(deps, ref, opened, error.partialText ?? '', suspended);
      return untilStored(() =>
        known.before((evaluate) =>
          deps.db.transaction(ref.tenantId, (tx) =>
            closeWithFailure(tx, ref, opened, error, {
              durationMs,
              suspended: interrupted.reason === SUSPENDED,
              recall,
              scan: createScan(evaluate),
              receivedBytes,
              tokens,
            }),
          ),
        ),
      );
    }
    const durationMs = deps.nowMs() - startedMs;
    deps.reached('model_answered.after');
    deps.reached('answer_stored.before');
    const recall = await askAboutAnswer(deps, ref, opened, answer, known.evaluate, suspended);
    await checkCalls(opened.catalog, answer.toolCalls, known.evaluate);
    const result = await untilStored(() =>
      known.before((evaluate) =>
        deps.db.transaction(ref.tenantId, (tx) =>
          closeWithAnswer(tx, deps, ref, opened, answer, { recall, evaluate, receivedBytes, tokens, durationMs }),
        ),
      ),
    );
    deps.reached('answer_stored.after');
    const called = answer.toolCalls.map(({ name }) => name);
    await storeMeaningOfSearches(deps, ref, opened, called);
    return result;
  }
}
