/**
 * The transcript of a session that was forked consists of turns of its own and of turns that it inherited, which are rows of
 * other sessions (docs/adr/0037-a-fork-reads-the-turns-of-its-source.md). Whatever reads a transcript reads these tables, and
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
  return `(SELECT ${columns} FROM session_summary own WHERE own.session_id = ${sessionId} AND ${where('own')}
            UNION ALL
           SELECT ${prefixed('other', columns)} FROM inherited_turns i
             JOIN session_summary other ON other.session_id = i.source_id AND other.through_turn BETWEEN i.first_turn AND i.last_turn
            WHERE i.session_id = ${sessionId} AND ${where('other')})`;
}

/** The sessions that have rows which a session shows: itself, and those whose turns it inherited. */
export function ownersOf(sessionId: string): string {
  return `(SELECT ${sessionId}::text UNION ALL SELECT i.source_id FROM inherited_turns i WHERE i.session_id = ${sessionId})`;
}

function transcriptRows(
  table: 'turn' | 'tool_call',
  sessionId: string,
  where: (row: string) => string,
  columns: string,
): string {
  return `(SELECT ${prefixed('own', columns)} FROM ${table} own WHERE own.session_id = ${sessionId} AND ${where('own')}
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
