/**
 * The transcript of a session consists of its own turns from `own_from` on, and of those that `inherited_turns` names: turns of
 * other sessions, and turns of its own that were before a rewind (docs/adr/0037-a-fork-reads-the-turns-of-its-source.md). Whatever reads a transcript reads these tables, and
 * not `turn` and `tool_call`. Each condition is an expression of SQL. It is put into both halves, because Postgres does not
 * push a condition that names other tables into a UNION.
 */

/** The turns of a transcript, as a table. Its `session_id` is the session that has the row. */
export function turnsOf(sessionId: string, where: (turn: string) => string = () => 'true', columns = '*'): string {
  return transcriptRows('turn', sessionId, where, columns);
}

/** The tool calls of a transcript, as a table. Its `session_id` is the session that has the row. */
export function callsOf(sessionId: string, where: (call: string) => string = () => 'true', columns = '*'): string {
  return transcriptRows('tool_call', sessionId, where, columns);
}

/** The summaries of a transcript, as a table. */
export function summariesOf(sessionId: string, where: (summary: string) => string = () => 'true'): string {
  const columns = 'through_turn, tenant_id, asked_turn, text, tokens, bytes, provider, model, created_at';
  return `(SELECT ${columns} FROM session_summary own
            WHERE own.session_id = ${sessionId} AND own.through_turn >= ${ownFrom(sessionId)} AND ${where('own')}
            UNION ALL
           SELECT ${prefixed('other', columns)} FROM inherited_turns i
             JOIN session_summary other ON other.session_id = i.source_id AND other.through_turn BETWEEN i.first_turn AND i.last_turn
            WHERE i.session_id = ${sessionId} AND ${where('other')})`;
}

/** The sessions that have rows which a session shows: itself, and those whose turns it inherited. */
export function ownersOf(sessionId: string): string {
  return `(SELECT ${sessionId}::text UNION ALL SELECT i.source_id FROM inherited_turns i WHERE i.session_id = ${sessionId})`;
}

/** The turn that comes before another in a transcript. Directly behind a rewind it is not the one with the index before. */
export function turnBefore(sessionId: string, turn: string): string {
  return `coalesce((SELECT max(i.last_turn) FROM session s JOIN inherited_turns i ON i.session_id = s.id
                     WHERE s.id = ${sessionId} AND s.own_from = ${turn}), ${turn} - 1)`;
}

function ownFrom(sessionId: string): string {
  return `(SELECT o.own_from FROM session o WHERE o.id = ${sessionId})`;
}

function transcriptRows(
  table: 'turn' | 'tool_call',
  sessionId: string,
  where: (row: string) => string,
  columns: string,
): string {
  return `(SELECT ${prefixed('own', columns)} FROM ${table} own
            WHERE own.session_id = ${sessionId} AND own.turn >= ${ownFrom(sessionId)} AND ${where('own')}
            UNION ALL
           SELECT ${prefixed('other', columns)} FROM inherited_turns i
             JOIN ${table} other ON other.session_id = i.source_id AND other.turn BETWEEN i.first_turn AND i.last_turn
            WHERE i.session_id = ${sessionId} AND ${where('other')})`;
}

function prefixed(table: string, columns: string): string {
  return columns
    .split(',')
    .map((column) => `${table}.${column.trim()}`)
    .join(', ');
}
