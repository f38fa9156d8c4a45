import type { z } from 'zod';
import type { turnTimesSchema } from '../../contract/turn-times.ts';
import { inOneMessage } from '../../db/one-message.ts';
import {
  type TimesOfAttempt,
  type TimesOfToolCall,
  timesOfAttempts,
  timesOfSelections,
  timesOfToolCalls,
  timesOfTurn,
} from '../../db/queries/turn-times.ts';
import { stagesOf } from '../../domain/turn-times.ts';
import { requireScope } from '../verb/context.ts';
import type { Verb } from '../verb/verb.ts';
import type { SessionRef } from './find-session.ts';
import { findTurn } from './turn-records.ts';

type TurnTimes = z.infer<typeof turnTimesSchema>;

/**
 * Shows where the time of a turn went.
 * @throws ServiceError session_not_found, turn_not_found
 */
export const readTurnTimes: Verb<SessionRef & { turn: string }, TurnTimes> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { turn: index, ownerId } = await findTurn(tx, input);
    const { sessionId } = input;
    const { turn, selections, attempts, calls } = await inOneMessage({
      turn: timesOfTurn(tx, ownerId, index),
      selections: timesOfSelections(tx, ownerId, index),
      attempts: timesOfAttempts(tx, ownerId, index),
      calls: timesOfToolCalls(tx, ownerId, index),
    });
    if (turn === undefined) throw new TypeError('A turn was found, and is gone in the same transaction.');
    const toolCalls = calls.map(timesOfCall);
    const stages = stagesOf({
      startedMs: turn.startedAt.getTime(),
      refreshedMs: msOf(turn.refreshedAt),
      closedMs: msOf(turn.closedAt),
      debitedMs: msOf(turn.debitedAt),
      selections: selections.map(({ startedAt, selectedAt, ...selection }) => ({
        ...selection,
        startedMs: startedAt.getTime(),
        selectedMs: msOf(selectedAt),
      })),
      attempts: attempts.map(({ selection, dispatchedAt, closedAt }) => ({
        selection,
        dispatchedMs: msOf(dispatchedAt),
        closedMs: msOf(closedAt),
      })),
      toolCalls,
    });
    return {
      session_id: sessionId,
      turn_index: index,
      message_ids: [...turn.messageIds],
      started_at: turn.startedAt.toISOString(),
      ended_at: shown(msOf(turn.debitedAt ?? turn.closedAt)),
      stages: stages.map(({ stage, selection, startedMs, endedMs, waitedMs, queuedMs }) => ({
        stage,
        selection,
        started_at: new Date(startedMs).toISOString(),
        ended_at: shown(endedMs),
        waited_ms: waitedMs,
        queued_ms: queuedMs,
      })),
      attempts: attempts.map(shownAttempt),
      tool_calls: calls.map((call, place) => shownCall(call, toolCalls[place])),
    };
  });
};

function shownAttempt({ dispatchedAt, firstTokenMs, lastTokenMs, closedAt, failedType, ...attempt }: TimesOfAttempt) {
  const sentMs = msOf(dispatchedAt);
  return {
    ...attempt,
    failed_type: failedType,
    dispatched_at: shown(sentMs),
    first_token_at: shown(after(sentMs, firstTokenMs)),
    last_token_at: shown(after(sentMs, lastTokenMs)),
    closed_at: shown(msOf(closedAt)),
  };
}

/** A bundled tool runs in the transaction that stores its result, and so begins when that begins. */
function timesOfCall({ bundled, attempts, state, latencyMs, asked, ...call }: TimesOfToolCall) {
  const finishedMs = msOf(call.finishedAt);
  const ranHere = bundled && attempts === 0 && (state === 'succeeded' || state === 'failed');
  const dispatchedMs = ranHere ? finishedMs : msOf(call.dispatchedAt);
  return {
    firstDispatchedMs: ranHere ? finishedMs : (msOf(call.firstDispatchedAt) ?? dispatchedMs),
    dispatchedMs,
    answeredMs: finishedMs === null ? null : after(dispatchedMs, latencyMs),
    finishedMs,
    askedMs: asked.map(({ askedAtMs }) => askedAtMs),
  };
}

function shownCall({ id, toolName, state, attempts, asked }: TimesOfToolCall, times?: ReturnType<typeof timesOfCall>) {
  return {
    id,
    tool_name: toolName,
    state,
    dispatches: attempts,
    first_dispatched_at: shown(times?.firstDispatchedMs ?? null),
    dispatched_at: shown(times?.dispatchedMs ?? null),
    answered_at: shown(times?.answeredMs ?? null),
    finished_at: shown(times?.finishedMs ?? null),
    asked: asked.map(({ kind, status, askedAtMs, answeredAtMs }) => ({
      kind,
      status,
      asked_at: new Date(askedAtMs).toISOString(),
      answered_at: shown(answeredAtMs),
    })),
  };
}

function after(fromMs: number | null, ms: number | null): number | null {
  return fromMs === null || ms === null ? null : fromMs + ms;
}

function msOf(time: Date | null): number | null {
  return time === null ? null : time.getTime();
}

function shown(ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString();
}
