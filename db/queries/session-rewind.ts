import type { Tx } from '../database.ts';
import { callsOf } from './transcript-turns.ts';

/** A call that may have changed something. */
export interface ExecutedEffect {
  readonly id: string;
  readonly turn: number;
  readonly toolName: string;
  /** `unknown`: nobody knows whether it took effect. */
  readonly state: 'succeeded' | 'failed' | 'unknown';
}

/** A condition: the call was made and may have changed something. */
export const MAY_HAVE_CHANGED = `effect <> 'read' AND (state = 'succeeded' OR state IN ('failed', 'unknown') AND dispatched_at IS NOT NULL)`;

/** A condition: the session made the turn itself, and it is in its transcript. */
export const madeItself = (session: string, turn: string) =>
  `${turn} >= greatest(${session}.own_from, ${session}.first_turn)`;

/** Lists the calls of a transcript from a turn on that were made and may have changed something, in order. */
export async function executedEffects(tx: Tx, sessionId: string, fromTurn: number): Promise<ExecutedEffect[]> {
  return tx.query<ExecutedEffect>(
    'executed-effects',
    `SELECT id, turn, tool_name AS "toolName", state FROM ${callsOf('$1', (c) => `${c}.turn >= $3`)} c
      WHERE tenant_id = $2 AND ${MAY_HAVE_CHANGED} ORDER BY turn, call_index`,
    [sessionId, tx.tenantId, fromTurn],
  );
}

/** True when the session has begun a turn that it has not closed. */
export async function hasOpenTurn(tx: Tx, sessionId: string): Promise<boolean> {
  const rows = await tx.query(
    'has-open-turn',
    `SELECT 1 FROM session s JOIN turn t ON t.session_id = s.id AND t.turn = s.turns WHERE s.id = $1 AND s.tenant_id = $2`,
    [sessionId, tx.tenantId],
  );
  return rows.length > 0;
}

/** The last turn that a session made itself. */
export interface LastTurn {
  readonly turn: number;
  /** The seqs of the messages that it read. */
  readonly messages: readonly number[];
}

/** @returns undefined when it has made none that is in its transcript */
export async function lastTurn(tx: Tx, sessionId: string): Promise<LastTurn | undefined> {
  const rows = await tx.query<LastTurn>(
    'last-turn',
    `SELECT t.turn, (SELECT coalesce(array_agg(i.seq::int ORDER BY i.seq), '{}') FROM session_inbox i
                      WHERE i.session_id = $1 AND i.consumed_turn = t.turn AND i.state = 'consumed' AND i.type = 'user.message')
              AS messages
       FROM session s JOIN turn t ON t.session_id = s.id AND ${madeItself('s', 't.turn')}
      WHERE s.id = $1 AND s.tenant_id = $2 ORDER BY t.turn DESC LIMIT 1`,
    [sessionId, tx.tenantId],
  );
  return rows[0];
}
