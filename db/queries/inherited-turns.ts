import type { Tx } from '../database.ts';
import { ownersOf } from './transcript-turns.ts';

/** A part of a transcript whose rows another session has. */
interface Stretch {
  readonly sourceId: string;
  readonly firstTurn: number;
  readonly lastTurn: number;
}

/**
 * Keeps a session, and those whose turns it inherited, from being erased until this transaction ends. They are locked in the order
 * of their ids, and stages that work on them wait no longer than for any other reader of their rows.
 */
export async function holdTranscript(tx: Tx, sessionId: string): Promise<void> {
  const held = new Set<string>();
  for (;;) {
    const owners = await tx.query<{ id: string }>(
      'owners-of-transcript',
      `SELECT DISTINCT o.id FROM ${ownersOf('$1')} o (id) JOIN session s ON s.id = o.id AND s.tenant_id = $2`,
      [sessionId, tx.tenantId],
    );
    const missing = owners.filter(({ id }) => !held.has(id)).map(({ id }) => id);
    // Rows of a session that was erased before it was locked belong to another by now.
    if (missing.length === 0) return;
    const locked = await tx.query<{ id: string }>(
      'hold-sessions',
      'SELECT id FROM session WHERE id = ANY ($1) AND tenant_id = $2 ORDER BY id FOR KEY SHARE',
      [missing, tx.tenantId],
    );
    for (const { id } of locked) held.add(id);
  }
}

/** True when a model has more to say behind this turn, as an expression of SQL over its row. */
export const needsMore = (turn: string): string =>
  `(jsonb_array_length(${turn}.answer->'toolCalls') > 0 OR ${turn}.answer @> '{"partial": true}'
    OR ${turn}.answer @> '{"cutForBudget": true}' OR ${turn}.answer @> '{"withheld": true}')`;

/** The turns of a session's own, up to and including one, as a table of stretches without a gap. */
const ownStretches = (sessionId: string, tenantId: string, throughTurn: string): string =>
  `(SELECT min(turn) AS first_turn, max(turn) AS last_turn
      FROM (SELECT turn, turn - row_number() OVER (ORDER BY turn) AS stretch FROM turn
             WHERE session_id = ${sessionId} AND tenant_id = ${tenantId} AND turn <= ${throughTurn}
               AND turn >= (SELECT own_from FROM session WHERE id = ${sessionId})) counted
     GROUP BY stretch)`;

/**
 * Begins the transcript of a new session with the turns of another, up to and including `throughTurn`. Nothing is copied but which
 * turns these are. The transaction holds the source (`holdTranscript`).
 */
export function inheritTurns(
  tx: Tx,
  sessionId: string,
  from: { readonly sourceId: string; readonly throughTurn: number },
): void {
  tx.send(
    'inherit-turns',
    `INSERT INTO inherited_turns (session_id, tenant_id, source_id, first_turn, last_turn)
     SELECT $1, $2, source_id, first_turn, least(last_turn, $4) FROM inherited_turns
      WHERE session_id = $3 AND first_turn <= $4
     UNION ALL
     SELECT $1, $2, $3, first_turn, last_turn FROM ${ownStretches('$3', '$2', '$4')} own`,
    [sessionId, tx.tenantId, from.sourceId, from.throughTurn],
  );
}

/**
 * Takes the turns behind `toTurn` out of the transcript of a session, whose row this transaction has locked. Their rows stay. The
 * index of the next turn is `nextTurn`, because no index is used twice.
 */
export function dropTurns(
  tx: Tx,
  sessionId: string,
  { toTurn, nextTurn }: { readonly toTurn: number; readonly nextTurn: number },
): void {
  tx.send(
    'drop-inherited-turns',
    'DELETE FROM inherited_turns WHERE session_id = $1 AND tenant_id = $2 AND first_turn > $3',
    [sessionId, tx.tenantId, toTurn],
  );
  tx.send(
    'cut-inherited-turns',
    'UPDATE inherited_turns SET last_turn = $3 WHERE session_id = $1 AND tenant_id = $2 AND last_turn > $3',
    [sessionId, tx.tenantId, toTurn],
  );
  tx.send(
    'keep-own-turns',
    `INSERT INTO inherited_turns (session_id, tenant_id, source_id, first_turn, last_turn)
     SELECT $1, $2, $1, first_turn, last_turn FROM ${ownStretches('$1', '$2', '$3')} own`,
    [sessionId, tx.tenantId, toTurn],
  );
  tx.send('go-on-behind-turns', 'UPDATE session SET turns = $3, own_from = $3 WHERE id = $1 AND tenant_id = $2', [
    sessionId,
    tx.tenantId,
    nextTurn,
  ]);
}

/** The session that has the row of a turn of a transcript. */
export async function ownerOfTurn(tx: Tx, sessionId: string, turn: number): Promise<string> {
  const rows = await tx.query<{ id: string }>(
    'owner-of-turn',
    `SELECT source_id AS id FROM inherited_turns
      WHERE session_id = $1 AND tenant_id = $2 AND first_turn <= $3 AND last_turn >= $3`,
    [sessionId, tx.tenantId, turn],
  );
  return rows[0]?.id ?? sessionId;
}

/**
 * Leaves the turns of a session, which this transaction is about to erase, to the sessions that inherited them. A turn is left to
 * one of them, and the others read it there. So each text goes when the last session goes whose transcript has it.
 */
export async function leaveTurns(tx: Tx, sessionId: string): Promise<void> {
  await tx.query(
    'hold-heirs',
    `SELECT id FROM session WHERE tenant_id = $2 AND id IN (SELECT i.session_id FROM inherited_turns i WHERE i.source_id = $1)
      ORDER BY id FOR KEY SHARE`,
    [sessionId, tx.tenantId],
  );
  for (;;) {
    const [heir] = await tx.query<{ id: string }>(
      'heir-of-turns',
      `SELECT session_id AS id FROM inherited_turns
        WHERE source_id = $1 AND tenant_id = $2 AND session_id <> $1
        GROUP BY session_id ORDER BY max(last_turn) DESC, sum(last_turn - first_turn) DESC, session_id LIMIT 1`,
      [sessionId, tx.tenantId],
    );
    if (heir === undefined) return;
    const stretches = await tx.query<Stretch>(
      'take-stretches',
      `DELETE FROM inherited_turns WHERE session_id = $1 AND source_id = $2
       RETURNING source_id AS "sourceId", first_turn AS "firstTurn", last_turn AS "lastTurn"`,
      [heir.id, sessionId],
    );
    for (const stretch of stretches) {
      readElsewhere(tx, stretch, heir.id);
      leaveRows(tx, stretch, heir.id);
      readAsOwn(tx, stretch, heir.id);
    }
  }
}

/** A session that was rewound has earlier turns of its own only where this is said. */
function readAsOwn(tx: Tx, { firstTurn, lastTurn }: Stretch, heirId: string): void {
  tx.send(
    'read-stretch-as-own',
    `INSERT INTO inherited_turns (session_id, tenant_id, source_id, first_turn, last_turn)
     SELECT id, tenant_id, id, $3::int, $4::int FROM session WHERE id = $1 AND tenant_id = $2 AND own_from > $3`,
    [heirId, tx.tenantId, firstTurn, lastTurn],
  );
}

/** The other sessions that have turns of a stretch read them from its heir. What they have of its source beyond it stays. */
function readElsewhere(tx: Tx, { sourceId, firstTurn, lastTurn }: Stretch, heirId: string): void {
  tx.send(
    'read-stretch-elsewhere',
    `WITH shared AS (
       DELETE FROM inherited_turns WHERE source_id = $1 AND first_turn <= $4 AND last_turn >= $3
       RETURNING session_id, tenant_id, first_turn, last_turn
     )
     INSERT INTO inherited_turns (session_id, tenant_id, source_id, first_turn, last_turn)
     SELECT session_id, tenant_id, $2, greatest(first_turn, $3), least(last_turn, $4) FROM shared
     UNION ALL
     SELECT session_id, tenant_id, $1, first_turn, $3 - 1 FROM shared WHERE first_turn < $3
     UNION ALL
     SELECT session_id, tenant_id, $1, $4 + 1, last_turn FROM shared WHERE last_turn > $4`,
    [sourceId, heirId, firstTurn, lastTurn],
  );
}

/** Gives the rows of a stretch to its heir: turns, calls, selections, summaries, and the files and texts that they name. */
function leaveRows(tx: Tx, { sourceId, firstTurn, lastTurn }: Stretch, heirId: string): void {
  const values = [sourceId, heirId, firstTurn, lastTurn, tx.tenantId];
  const between = (turn: string) => `${turn} BETWEEN $3 AND $4`;
  tx.send(
    'leave-artifacts',
    `INSERT INTO artifact (session_id, id, tenant_id, tool_call_id, bytes, content)
     SELECT $2, a.id, $5, a.tool_call_id, a.bytes, a.content FROM tool_call c
       JOIN artifact a ON a.session_id = c.session_id AND a.tool_call_id = c.id
      WHERE c.session_id = $1 AND ${between('c.turn')}`,
    values,
  );
  tx.send(
    'leave-images',
    `INSERT INTO image (session_id, id, tenant_id, media_type, width, height, content)
     SELECT $2, id, $5, media_type, width, height, content FROM image
      WHERE session_id = $1 AND id IN (
        SELECT jsonb_array_elements(coalesce(message_images, '[]') || coalesce(result_images, '[]'))->>'id' FROM turn
         WHERE session_id = $1 AND ${between('turn')})
     ON CONFLICT DO NOTHING`,
    values,
  );
  tx.send(
    'leave-files',
    `INSERT INTO result_file (session_id, id, tenant_id, media_type, content)
     SELECT $2, f.id, $5, f.media_type, f.content FROM result_file f
      WHERE f.session_id = $1 AND EXISTS (
        SELECT FROM tool_call c WHERE c.session_id = $1 AND ${between('c.turn')}
           AND (strpos(c.output, f.id) > 0 OR c.images @> jsonb_build_array(jsonb_build_object('id', f.id))))
     ON CONFLICT DO NOTHING`,
    values,
  );
  tx.send(
    'leave-contexts',
    `INSERT INTO session_context (session_id, hash, tenant_id, text)
     SELECT DISTINCT ON (x.hash) $2, x.hash, $5, x.text FROM turn t
       JOIN session_context x ON x.session_id = $1 AND x.hash IN (t.manifest->>'systemHash', t.manifest->>'volatileHash')
      WHERE t.session_id = $1 AND ${between('t.turn')}
     ON CONFLICT DO NOTHING`,
    values,
  );
  tx.send(
    'leave-summaries',
    `INSERT INTO session_summary (session_id, through_turn, tenant_id, asked_turn, text, tokens, bytes, provider, model, created_at)
     SELECT $2, through_turn, $5, asked_turn, text, tokens, bytes, provider, model, created_at FROM session_summary
      WHERE session_id = $1 AND ${between('through_turn')}
     ON CONFLICT DO NOTHING`,
    values,
  );
  // The questions about these calls are erased with the session that asked them.
  tx.send(
    'forget-questions',
    'DELETE FROM required_action WHERE session_id = $1 AND tenant_id = $2 AND turn BETWEEN $3 AND $4',
    [sourceId, tx.tenantId, firstTurn, lastTurn],
  );
  for (const table of ['tool_call', 'selection', 'turn']) {
    tx.send(
      `leave-rows-of-${table}`,
      `UPDATE ${table} SET session_id = $2 WHERE session_id = $1 AND tenant_id = $5 AND ${between('turn')}`,
      values,
    );
  }
}
