import { Context } from '@temporalio/activity';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { isReservationRefused } from '../../db/queries/ledger.ts';
import type { Guarding } from '../../domain/guardrails/guard-text.ts';
import { createKnownEvaluations } from '../../evaluation/evaluated-before.ts';
import { type ModelAnswer, ModelCallError, type ModelRequest } from '../../models/model-call.ts';
import { askedProviders } from '../guardrails/asked-providers.ts';
import { heartbeating } from '../heartbeat.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { SummarizeResult, TurnRef } from '../stage-results.ts';
import { untilStored } from '../until-stored.ts';
import { closeSummary, textOf } from './close-summary.ts';
import { type OpenedSummary, openSummary } from './open-summary.ts';

/** A summary runs beside the turns of its session. One that takes longer is of no use to them. */
const TIME_BOUND = { seconds: 600, of: 'a summary' };
/** How long a request goes on whose session has ended meanwhile. */
const LATE_ANSWER_MS = 60_000;

/**
 * Asks the cheapest model that is up for a summary of turns that are about to leave the prompt. It runs beside the next
 * turns, as a call like any other: it reserves, is dispatched and is settled between two transactions, and a second run
 * finds what the first has stored. No turn waits for it, and without it turns are left out of the prompt all the same.
 */
export function createSummarize(deps: StageDeps) {
  return async function summarize(ref: TurnRef): Promise<SummarizeResult> {
    // The request registers before it is opened, so one of the two learns that the tenant is suspended.
    const doorbell = deps.doorbell.register(ref);
    return heartbeating(async (): Promise<SummarizeResult> => {
      const slot = deps.shares.modelCalls.tryBegin(ref);
      if (slot === undefined) return { kind: 'skipped', why: 'no_slot' };
      try {
        return await summarized(ref, doorbell.suspended);
      } finally {
        slot();
      }
    }).finally(doorbell.unregister);
  };

  async function summarized(ref: TurnRef, suspended: AbortSignal): Promise<SummarizeResult> {
    const opened = await open(ref);
    if (opened.kind === 'done') return opened.result;
    deps.reached('summary_dispatched.after');
    const startedMs = deps.nowMs();
    let receivedBytes = 0;
    const answer = await answered(opened, suspended, {
      pace: deps.readingPaces.of(ref.tenantId),
      onReceived(bytes) {
        receivedBytes += bytes;
        deps.meter.add(ref.tenantId, 'received_bytes', bytes);
      },
    });
    const durationMs = deps.nowMs() - startedMs;
    deps.reached('summary_answered.after');
    const recall = await askAbout(ref, answer, suspended);
    const known = createKnownEvaluations(deps.evaluator.of(ref.tenantId));
    const result = await untilStored(() =>
      known.before((evaluate) =>
        deps.db.transaction(ref.tenantId, (tx) =>
          closeSummary(tx, ref, opened, answer, durationMs, { evaluate, recall, receivedBytes }),
        ),
      ),
    );
    deps.reached('summary_stored.after');
    return result;
  }

  /** Asks external providers about a summary before the transaction that stores it. @returns what tells that transaction */
  async function askAbout(
    ref: TurnRef,
    answer: ModelAnswer | ModelCallError,
    suspended: AbortSignal,
  ): Promise<Guarding['ask']> {
    if (answer instanceof ModelCallError) return undefined;
    const guardrails = await untilStored(() =>
      deps.db.transaction(ref.tenantId, (tx) => guardrailsOfSession(tx, ref.sessionId)),
    );
    const asked = await untilStored(() => askedProviders(deps, ref.tenantId, guardrails, suspended));
    if (asked === undefined) return undefined;
    await textOf(answer, guardrails, { evaluate: deps.evaluator.of(ref.tenantId), ask: asked.ask });
    return asked.recall;
  }

  async function open(ref: TurnRef): ReturnType<typeof openSummary> {
    try {
      return await deps.db.transaction(ref.tenantId, (tx) => openSummary(tx, deps, ref));
    } catch (error) {
      if (!isReservationRefused(error)) throw error;
      return { kind: 'done', result: { kind: 'skipped', why: 'no_money' } };
    }
  }

  /** @throws the reason of the cancellation when the worker shuts down: another worker asks again */
  async function answered(
    { request }: OpenedSummary,
    suspended: AbortSignal,
    reading: Pick<ModelRequest, 'pace' | 'onReceived'>,
  ): Promise<ModelAnswer | ModelCallError> {
    const context = Context.current();
    const { cancellationSignal: cancelled } = context;
    const isLeaving = () => context.cancellationDetails?.workerShutdown === true;
    const stop = new AbortController();
    // The end of a session charges its open request at the reservation. Nobody knows what an aborted request cost, so it goes on
    // for a while: its answer then says it.
    let stopsLate: NodeJS.Timeout | undefined;
    const onCancelled = () => {
      if (isLeaving()) stop.abort();
      else stopsLate = setTimeout(() => stop.abort(), LATE_ANSWER_MS);
    };
    // An interrupt, or the end of the session, leaves the request alone.
    const onSuspended = () => stop.abort();
    suspended.addEventListener('abort', onSuspended, { once: true });
    if (suspended.aborted) onSuspended();
    cancelled.addEventListener('abort', onCancelled, { once: true });
    if (cancelled.aborted) onCancelled();
    try {
      return await deps.callModelOnce({
        ...request,
        ...reading,
        signal: stop.signal,
        timeBound: TIME_BOUND,
      });
    } catch (error) {
      if (isLeaving()) throw cancelled.reason;
      if (!(error instanceof ModelCallError)) throw error;
      return error;
    } finally {
      clearTimeout(stopsLate);
      cancelled.removeEventListener('abort', onCancelled);
    }
  }
}
