import {
  type ComparedSession,
  type ComparedTurn,
  type SessionDiff,
  sessionDiffQuerySchema,
  type TurnDiff,
} from '../../contract/session-diff.ts';
import { type ComparedTurnRow, readComparedTurns } from '../../db/queries/compared-turn.ts';
import type { SessionView } from '../../db/queries/session-read.ts';
import { usdFromNano } from '../../domain/money.ts';
import { type ComparableTurn, turnDifferences } from '../../domain/turn-differences.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';
import { findSession, type SessionRef } from './find-session.ts';
import { turnOfCursor } from './turn-cursor.ts';

/**
 * Compares two sessions, a page of turns at a time. Turns are compared by their numbers.
 * @throws ServiceError session_not_found, also for the other session, invalid_cursor
 */
export const diffSessions: Verb<SessionRef & { query: unknown }, SessionDiff> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { with: otherId, limit, cursor } = parseInput(sessionDiffQuerySchema, input.query);
  const firstTurn = turnOfCursor(cursor, 'the comparison');
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const session = await findSession(tx, input);
    const other = await findSession(tx, { sessionId: otherId });
    const left = await readComparedTurns(tx, session.id, firstTurn, limit + 1);
    const right = await readComparedTurns(tx, other.id, firstTurn, limit + 1);
    // A page that was cut to its bytes says nothing about the turns behind its last one.
    const until = Math.min(endOf(left, limit), endOf(right, limit));
    const turns = [...new Set([...left, ...right].map(({ turn }) => turn))].sort((a, b) => a - b);
    const shown = turns.filter((turn) => turn < until);
    return {
      session: comparedSession(session, ctx.nowMs()),
      with: comparedSession(other, ctx.nowMs()),
      data: shown.map((turn) => turnDiff(turn, rowOf(left, turn), rowOf(right, turn))),
      next_cursor: until === Infinity ? null : String(until),
    };
  });
};

/** @returns the first turn about which a page says nothing; infinity where no turn follows it */
function endOf(page: readonly (ComparedTurnRow & { readonly found: number })[], limit: number): number {
  const first = page[0];
  const last = page.at(-1);
  if (first === undefined || last === undefined) return Infinity;
  if (page.length < first.found) return last.turn + 1;
  return page.length > limit ? last.turn : Infinity;
}

function rowOf(page: readonly ComparedTurnRow[], turn: number): ComparedTurnRow | undefined {
  return page.find((row) => row.turn === turn);
}

function turnDiff(turn: number, left: ComparedTurnRow | undefined, right: ComparedTurnRow | undefined): TurnDiff {
  return {
    turn_index: turn,
    differs: turnDifferences(left && comparable(left), right && comparable(right)),
    session: left === undefined ? null : comparedTurn(left),
    with: right === undefined ? null : comparedTurn(right),
  };
}

function comparable(row: ComparedTurnRow): ComparableTurn {
  const { messages, provider, model, text, end } = comparedTurn(row);
  return { messages, provider, model, text, end, calls: row.calls, costNano: row.costNano };
}

function comparedTurn(row: ComparedTurnRow): ComparedTurn {
  const { decision } = row;
  return {
    messages: [...row.userMessages],
    provider: row.answeredBy?.provider ?? null,
    model: row.answeredBy?.model ?? null,
    text: row.answer?.text ?? null,
    calls: row.calls.map(({ id, toolName, args, state, isError }) => ({
      tool_use_id: id,
      tool_name: toolName,
      args,
      state,
      is_error: isError,
    })),
    cost_usd: usdFromNano(row.costNano),
    duration_ms: row.durationMs === null ? null : Math.round(row.durationMs),
    end: decision && { kind: decision.kind, reason: decision.kind === 'ended' ? decision.reason : undefined },
  };
}

function comparedSession(session: SessionView, nowMs: number): ComparedSession {
  const endMs = session.endedAt?.getTime() ?? nowMs;
  return {
    id: session.id,
    agent_id: session.agentId,
    status: session.status,
    end_reason: session.endReason ?? undefined,
    turns: session.turns,
    cost_usd: usdFromNano(session.costNano),
    duration_ms: Math.max(0, endMs - session.createdAt.getTime()),
  };
}
