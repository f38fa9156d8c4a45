import type { EndReason } from '../../contract/events.ts';
import type { Tx } from '../../db/database.ts';
import { appendEvents, type NewEvent, newEvent } from '../../db/queries/event.ts';
import { dropTurns } from '../../db/queries/inherited-turns.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import {
  beginSelectionsAt,
  markRetried,
  requeueMessages,
  undeliveredMessages,
  workLeft,
} from '../../db/queries/session-retry.ts';
import { usdFromNano } from '../../domain/money.ts';
import { newId } from '../../processes/ids.ts';
import type { OperatingContext } from '../verb/context.ts';
import { ServiceError } from '../verb/service-error.ts';

/** The turns that are taken out of the transcript before a session goes on. */
export interface DroppedTurns {
  readonly fromTurn: number;
  readonly throughTurn: number;
}

export interface GoingOn {
  readonly maxTurns: number;
  readonly models: readonly string[] | null;
  /** The account of its run. Undefined: it has none. */
  readonly run: { readonly capNano: bigint | null; readonly excessNano: bigint } | undefined;
  /** The reason for which it had ended. Undefined: it was idle. */
  readonly retryOf: EndReason | undefined;
  readonly dropped?: DroppedTurns | undefined;
  /** Messages of the dropped turns that are read again, by their seqs. */
  readonly readAgain?: readonly number[] | undefined;
  /** What happened before it goes on: results of calls that were open. */
  readonly before?: readonly NewEvent[] | undefined;
}

/**
 * Has a session, whose row this transaction has locked, go on in the next run of its workflow. It waits for a message where it has
 * nothing to do.
 */
export async function goOnAgain(tx: Tx, ctx: OperatingContext, session: SessionRow, how: GoingOn): Promise<void> {
  const { dropped, readAgain = [], run, maxTurns } = how;
  if (dropped !== undefined) {
    dropTurns(tx, session.id, { toTurn: dropped.fromTurn - 1, nextTurn: dropped.throughTurn + 1 });
  }
  const turns = dropped === undefined ? session.turns : dropped.throughTurn + 1;
  const { openSelections, lastNeedsMore } = await workLeft(tx, session.id);
  const unread = [...readAgain, ...(await undeliveredMessages(tx, session.id))];
  // The end of a session has read or discarded its inbox. An idle one may hold messages that it has not read.
  const mayRead = unread.length > 0 || (how.retryOf === undefined && session.inboxSeq > session.consumedInboxSeq);
  const waits = openSelections === null && !lastNeedsMore && !mayRead;
  markRetried(tx, session.id, {
    waits,
    apiKeyId: ctx.keyId,
    requestId: ctx.requestId,
    maxTurns,
    models: how.models,
    excessNano: run?.excessNano ?? 0n,
  });
  if (openSelections !== null) beginSelectionsAt(tx, session.id, turns, openSelections);
  requeueMessages(
    tx,
    session.id,
    unread.map((seq) => ({ seq, newId: newId('evt', ctx.nowMs()) })),
  );
  const retries = session.retries + 1;
  const capNano = run?.capNano ?? null;
  const running = newEvent(`retried:${retries}`, 'session.status_running', {
    sessionId: session.id,
    agentId: session.agentId,
    maxTurns,
    budgetCapUsd: capNano === null ? null : usdFromNano(capNano),
    retryOf: how.retryOf,
    rewound: dropped,
  });
  const idle = newEvent(`idle_again:${retries}`, 'session.status_idle', {
    cause: 'awaiting_input',
    idleTimeoutMs: session.idleTimeoutMs,
  });
  appendEvents(tx, session.id, [...(how.before ?? []), running, ...(waits ? [idle] : [])]);
}

/** @throws ServiceError turns_used_up */
export function refuseWithoutTurns(turns: number, maxTurns: number): void {
  if (turns < maxTurns) return;
  throw new ServiceError('turns_used_up', `The session has used its ${turns} turns.`, {
    param: 'max_turns',
    recovery: { action: `Send the request with "max_turns" above ${turns}.` },
  });
}
