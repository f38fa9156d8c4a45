import type { MediaFileKind, SessionFileKind } from '../../contract/session-file.ts';
import type { Tx } from '../database.ts';
import { withinPageBytes } from '../page-bytes.ts';
import { planFreely } from '../planning.ts';
import { accountColumns, type FileRows, sessionColumns } from '../session-file-columns.ts';
import { contextText } from './turn.ts';

/**
 * Reads the rows of an ended session as the lines of its file. Postgres makes the JSON, so this process neither parses nor copies
 * it. The turns that the session inherited are read where they are (transcript-turns.ts), with all that an erasure of their session
 * would leave it (inherited-turns.ts).
 */

const LINES_PER_PAGE = 200;
/** So many bytes of lines are held for each export, unless a single line has more. */
const PAGE_BYTES = 512 * 1024;
const BEFORE_ALL = -2_147_483_648;

/** A time in UTC, with its microseconds. */
const timeText = (value: string): string => `to_char(${value} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

function lineOf(
  kind: SessionFileKind,
  row: string,
  columns: FileRows['columns'],
  instead: Record<string, string> = {},
) {
  const members = Object.entries(columns).map(([name, type]) => {
    const value = instead[name] ?? `${row}.${name}`;
    return `'${name}', ${type === 'timestamptz' ? timeText(value) : value}`;
  });
  return `json_build_object('kind', '${kind}', ${members.join(', ')})`;
}

/** The line of a session, and what tells whether the session or its account was changed since. */
export interface SessionLine {
  readonly line: string;
  readonly version: string;
  readonly ended: boolean;
}

/** @param account the account of its run */
export async function readSessionLine(tx: Tx, sessionId: string, account: string): Promise<SessionLine | undefined> {
  const ofAccount = lineOf('session', 'b', accountColumns, { warned: 'to_jsonb(b.warned)' });
  const rows = await tx.query<SessionLine>(
    'read-session-line',
    `SELECT (${lineOf('session', 's', sessionColumns)}::jsonb || coalesce((SELECT ${ofAccount}::jsonb FROM budget_account b
              WHERE b.tenant_id = s.tenant_id AND b.account = $3), '{}'))::text AS line,
            s.xmin::text || ':' || coalesce((SELECT b.xmin::text FROM budget_account b
                                              WHERE b.tenant_id = s.tenant_id AND b.account = $3), '') AS version,
            s.status = 'ended' AS ended
       FROM session s WHERE s.id = $1 AND s.tenant_id = $2`,
    [sessionId, tx.tenantId, account],
  );
  return rows[0];
}

/** A page of lines of one kind. */
export interface LinePage {
  readonly lines: readonly string[];
  /** The place of the last line, to go on behind it. Undefined: there are no more. */
  readonly last: readonly number[] | undefined;
}

/** The members of a line that are not the columns of their names. `r` is the row. */
const INSTEAD: Partial<Record<SessionFileKind, Record<string, string>>> = {
  // What was not read was not looked at by a guardrail, and forms and answers are for their reader only.
  message: { payload: `CASE WHEN r.type = 'user.message' AND r.state = 'consumed' THEN r.payload ELSE '{}' END` },
  turn: {
    // A rewind leaves the rows of the turns that it takes out of the transcript.
    in_transcript: `(r.session_id <> $1 OR r.turn >= (SELECT s.own_from FROM session s WHERE s.id = $1)
      OR EXISTS (SELECT FROM inherited_turns i WHERE i.session_id = $1 AND i.source_id = $1 AND r.turn BETWEEN i.first_turn AND i.last_turn))`,
  },
  // Numbers and places in the log are those of the log of another session.
  summary: Object.fromEntries(
    ['number', 'after_seq', 'event'].map((name) => [name, `CASE WHEN r.session_id = $1 THEN r.${name} END`]),
  ),
};

/** Reads the lines of one kind behind a place, in order. */
export async function readLines(
  tx: Tx,
  sessionId: string,
  rows: FileRows,
  after: readonly number[] | undefined,
): Promise<LinePage> {
  const { kind, table, columns, order, turn } = rows;
  const places = order.map((column, index) => `$${index + 3}::${columns[column]}`).join(', ');
  const behind = `(${order.map((column) => `r.${column}`).join(', ')}) > (${places})`;
  const own = `SELECT r.* FROM ${table} r WHERE r.session_id = $1 AND r.tenant_id = $2 AND ${behind}`;
  const inherited =
    turn === undefined
      ? ''
      : `UNION ALL
         SELECT r.* FROM inherited_turns i
           JOIN ${table} r ON r.session_id = i.source_id AND r.${turn} BETWEEN i.first_turn AND i.last_turn
          WHERE i.session_id = $1 AND i.source_id <> $1 AND r.tenant_id = $2 AND ${behind}
            AND NOT EXISTS (SELECT FROM ${table} o WHERE o.session_id = $1 AND o.${turn} = r.${turn})`;
  const members = kind === 'turn' ? { ...columns, in_transcript: 'boolean' as const } : columns;
  const line = `${lineOf(kind, 'r', members, INSTEAD[kind])}::text`;
  const names = order.map((column) => `r.${column}::float8 AS "${column}"`).join(', ');
  const found = await tx.query<{ line: string; pagePlace: number; found: number } & Record<string, number>>(
    `export-lines:${kind}`,
    withinPageBytes(
      `SELECT ${names}, ${line} AS line FROM (${own} ${inherited}) r
        ORDER BY ${order.map((column) => `r.${column}`).join(', ')} LIMIT ${LINES_PER_PAGE}`,
      'octet_length(line)',
      order.map((column) => `"${column}"`).join(', '),
      PAGE_BYTES,
    ),
    [sessionId, tx.tenantId, ...(after ?? order.map(() => BEFORE_ALL))],
  );
  const lastRow = found.at(-1);
  return {
    lines: found.map((row) => row.line),
    last: lastRow && order.map((column) => Number(lastRow[column])),
  };
}

/** The hashes of the texts that the turns of a session were shown, each with the session that keeps it. */
export async function contextsOfSession(tx: Tx, sessionId: string): Promise<{ hash: string; ownerId: string }[]> {
  planFreely(tx);
  return tx.query<{ hash: string; ownerId: string }>(
    'contexts-of-session',
    `SELECT DISTINCT ON (h.hash) h.hash, t.session_id AS "ownerId"
       FROM ${turnRows('t')} CROSS JOIN LATERAL (VALUES (t.manifest->>'systemHash'), (t.manifest->>'volatileHash')) h (hash)
      WHERE h.hash IS NOT NULL ORDER BY h.hash, t.session_id = $1 DESC`,
    [sessionId, tx.tenantId],
  );
}

/** Reads the lines of texts by their hashes. A text that is not kept any more has no line. */
export async function readContextLines(tx: Tx, ownerId: string, hashes: readonly string[]): Promise<string[]> {
  const rows = await tx.query<{ line: string }>(
    'read-context-lines',
    `SELECT json_build_object('kind', 'context', 'hash', hash, 'text', text)::text AS line
       FROM (SELECT h.hash, ${contextText('$1', '$2', 'h.hash')} AS text FROM unnest($3::text[]) h (hash)) c
      WHERE text IS NOT NULL ORDER BY hash`,
    [ownerId, tx.tenantId, hashes],
  );
  return rows.map(({ line }) => line);
}

/** An image, a file or the whole of a result, without its content. */
export interface MediaLine {
  readonly id: string;
  readonly ownerId: string;
  readonly bytes: number;
  readonly line: string;
}

const MEDIA: Readonly<
  Record<MediaFileKind, { readonly table: string; readonly shared: string; readonly line: string }>
> = {
  image: {
    table: 'image',
    shared: `EXISTS (SELECT FROM turn t WHERE t.session_id = i.source_id AND t.turn BETWEEN i.first_turn AND i.last_turn
               AND (t.message_images @> jsonb_build_array(jsonb_build_object('id', m.id))
                    OR t.result_images @> jsonb_build_array(jsonb_build_object('id', m.id))))`,
    line: `'media_type', m.media_type, 'width', m.width, 'height', m.height`,
  },
  file: {
    table: 'result_file',
    shared: `EXISTS (SELECT FROM tool_call c WHERE c.session_id = i.source_id AND c.turn BETWEEN i.first_turn AND i.last_turn
               AND (strpos(c.output, m.id) > 0 OR c.images @> jsonb_build_array(jsonb_build_object('id', m.id))))`,
    line: `'media_type', m.media_type`,
  },
  artifact: {
    table: 'artifact',
    shared: `EXISTS (SELECT FROM tool_call c WHERE c.session_id = i.source_id AND c.id = m.tool_call_id
               AND c.turn BETWEEN i.first_turn AND i.last_turn)`,
    line: `'tool_call_id', m.tool_call_id`,
  },
};

/** Lists what a session keeps of one kind beside its rows, its own and that of the turns which it inherited. */
export async function mediaOfSession(tx: Tx, sessionId: string, kind: MediaFileKind): Promise<MediaLine[]> {
  planFreely(tx);
  const { table, shared, line } = MEDIA[kind];
  return tx.query<MediaLine>(
    `media-of-session:${kind}`,
    `SELECT DISTINCT ON (m.id) m.id, m.session_id AS "ownerId", octet_length(m.content) AS bytes,
            json_build_object('kind', '${kind}', 'id', m.id, ${line}, 'bytes', octet_length(m.content),
                              'created_at', ${timeText('m.created_at')})::text AS line
       FROM (SELECT m.* FROM ${table} m WHERE m.session_id = $1
             UNION ALL
             SELECT m.* FROM inherited_turns i JOIN ${table} m ON m.session_id = i.source_id
              WHERE i.session_id = $1 AND i.source_id <> $1 AND ${shared}) m
      WHERE m.tenant_id = $2 ORDER BY m.id, m.session_id = $1 DESC`,
    [sessionId, tx.tenantId],
  );
}

/** Reads a part of a content, in base64. Undefined: it is not there any more. */
export async function readPart(
  tx: Tx,
  kind: MediaFileKind,
  { id, ownerId }: MediaLine,
  from: number,
  bytes: number,
): Promise<string | undefined> {
  const content = kind === 'artifact' ? `convert_to(content, 'UTF8')` : 'content';
  const rows = await tx.query<{ data: string }>(
    `read-part:${kind}`,
    `SELECT translate(encode(substring(${content} FROM $4 + 1 FOR $5), 'base64'), E'\\n', '') AS data
       FROM ${MEDIA[kind].table} WHERE session_id = $1 AND tenant_id = $2 AND id = $3`,
    [ownerId, tx.tenantId, id, from, bytes],
  );
  return rows[0]?.data;
}

/** The turns that a session has, as a table: its own, also those that a rewind took out of its transcript, and inherited ones. */
function turnRows(name: string): string {
  return `(SELECT t.session_id, t.turn, t.manifest FROM turn t WHERE t.session_id = $1 AND t.tenant_id = $2
           UNION ALL
           SELECT t.session_id, t.turn, t.manifest FROM inherited_turns i
             JOIN turn t ON t.session_id = i.source_id AND t.turn BETWEEN i.first_turn AND i.last_turn
            WHERE i.session_id = $1 AND i.source_id <> $1 AND t.tenant_id = $2) ${name}`;
}
