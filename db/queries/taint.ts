import type { Tx } from '../database.ts';
import { isSession } from './session.ts';

/** The source that tainted a session, as an expression of SQL over its row. `beforeTurn` is an expression too. */
const taintedBy = (beforeTurn: string) =>
  `coalesce(session.tainted_by,
            (SELECT c.tool_name FROM tool_call c
              WHERE c.session_id = session.id AND NOT c.bundled AND c.state IN ('succeeded', 'failed', 'unknown')
                AND c.turn < ${beforeTurn}
              ORDER BY c.turn, c.call_index LIMIT 1))`;

/**
 * The source of text from outside in the context of a session: the name of an external tool whose output the session has read, or
 * a text that it has read and that was written with such output in view. Null: there is no such source.
 * @param beforeTurn the turn of an answer, which was written with the output of calls of earlier turns only
 */
export async function taintOfSession(tx: Tx, sessionId: string, beforeTurn: number): Promise<string | null> {
  const rows = await tx.query<{ taintedBy: string | null }>(
    'taint-of-session',
    `SELECT ${taintedBy('$3::int')} AS "taintedBy" FROM session WHERE ${isSession('$1', '$2')}`,
    [sessionId, tx.tenantId, beforeTurn],
  );
  return rows[0]?.taintedBy ?? null;
}

/** From here on, this transaction writes with what the session has read in view: memory and documents are as tainted as it. */
export function writeInViewOf(tx: Tx, sessionId: string): void {
  tx.send(
    'write-in-view-of',
    `SELECT set_config('agent_runs.tainted', CASE WHEN ${taintedBy('2147483647')} IS NULL THEN 'off' ELSE 'on' END, true)
       FROM session WHERE ${isSession('$1', '$2')}`,
    [sessionId, tx.tenantId],
  );
}

/** Texts of an agent that a model is shown, in a prompt or in the result of a tool. */
export interface ShownTexts {
  readonly memoryIds?: readonly string[] | undefined;
  readonly documents?: readonly { readonly kind: string; readonly name: string }[] | undefined;
}

/** Notes that the session has read a tainted text, if one of those is. */
export function noteReading(
  tx: Tx,
  reader: { readonly sessionId: string; readonly agentId: string },
  shown: ShownTexts,
): void {
  const { memoryIds = [], documents = [] } = shown;
  if (memoryIds.length + documents.length === 0) return;
  tx.send(
    'note-reading',
    `UPDATE session SET tainted_by = read.tainted
       FROM (SELECT coalesce(
              (SELECT 'memory' FROM memory_entry m WHERE m.tenant_id = $2 AND m.id = ANY ($4::text[]) AND m.tainted LIMIT 1),
              (SELECT d.kind FROM context_document d
                 JOIN jsonb_to_recordset($5::jsonb) AS s (kind text, name text) ON s.kind = d.kind AND s.name = d.name
                WHERE d.tenant_id = $2 AND d.agent_id = $3 AND d.tainted LIMIT 1)) AS tainted) read
      WHERE ${isSession('$1', '$2')} AND tainted_by IS NULL AND read.tainted IS NOT NULL`,
    [reader.sessionId, tx.tenantId, reader.agentId, memoryIds, JSON.stringify(documents)],
  );
}
