import type { EndReason, IdleCause, SessionStatus } from '../../contract/events.ts';
import type { SessionSort } from '../../contract/session-filter.ts';
import type { Tx } from '../database.ts';

export type LabelKind = 'provider' | 'model' | 'arm' | 'tool' | 'metadata_key' | 'metadata' | 'error_word';

/** A name that a session used, or a word of its error (db/migrations/0059_found_sessions.sql). */
export interface SessionLabel {
  readonly kind: LabelKind;
  readonly value: string;
}

/** The conditions by which sessions are found. All of them hold; null is no condition. */
export interface SessionFilter {
  readonly agentId: string | null;
  /** The agents of a department. */
  readonly agentIds: readonly string[] | null;
  readonly status: SessionStatus | null;
  readonly idleCause: IdleCause | null;
  readonly reason: EndReason | null;
  readonly errorCode: string | null;
  readonly createdAfter: Date | null;
  readonly createdBefore: Date | null;
  readonly endedAfter: Date | null;
  readonly endedBefore: Date | null;
  readonly lastEventAfter: Date | null;
  readonly lastEventBefore: Date | null;
  readonly minCostNano: bigint | null;
  readonly minTurns: number | null;
  /** A session has all of these. The search begins with the first, which should be the rarest. */
  readonly labels: readonly SessionLabel[];
}

/**
 * The sessions among which is searched. Cost, turns and the last event of an ended session have an index, those of a live
 * one change too often for that. So a search for them has two parts, and reads the rows of all live sessions.
 */
export type SessionPart = 'all' | 'ended' | 'live';

export function partsOf(filter: SessionFilter, sort: SessionSort = 'created_at'): readonly SessionPart[] {
  if (filter.status === 'ended' || filter.reason !== null || filter.errorCode !== null) return ['ended'];
  if (filter.endedAfter !== null || filter.endedBefore !== null) return ['ended'];
  const { lastEventAfter, lastEventBefore, minCostNano, minTurns } = filter;
  const figures = [lastEventAfter, lastEventBefore, minCostNano, minTurns];
  const plain = sort === 'created_at' && figures.every((figure) => figure === null);
  // A status that lives is enough to leave the ended ones out. With a second condition on the status, Postgres expects too few.
  if (filter.status !== null) return [plain ? 'all' : 'live'];
  if (filter.idleCause !== null) return ['live'];
  return plain ? ['all'] : ['ended', 'live'];
}

/** True if a filter finds all sessions. */
export function findsAll({ labels, ...conditions }: SessionFilter): boolean {
  return labels.length === 0 && Object.values(conditions).every((condition) => condition === null);
}

/** The cost of a live session; it is looked up where its row is older than the column. See sessionViewTables for OFFSET 0. */
const LIVE_COST = `coalesce(s.cost_nano, (SELECT b.spent_nano + b.excess_nano FROM (SELECT 'run:' || s.id AS account OFFSET 0) run
  JOIN budget_account b ON b.tenant_id = s.tenant_id AND b.account = run.account), 0)`;

const LIVE_LAST_EVENT = `coalesce(s.last_event_at, (SELECT e.created_at FROM session_event e
  WHERE e.session_id = s.id AND e.seq = s.event_seq), s.created_at)`;

interface Figures {
  /** The condition that a session belongs to the part. */
  readonly belongs: string;
  readonly endedAt: string;
  readonly lastEventAt: string;
  readonly cost: string;
  readonly turns: string;
}

const FIGURES: Readonly<Record<SessionPart, Figures | undefined>> = {
  all: undefined,
  // The last event of an ended session is the one that says so.
  ended: {
    belongs: `s.status = 'ended'`,
    endedAt: 's.ended_at',
    lastEventAt: 's.ended_at',
    cost: 's.ended_cost_nano',
    turns: 's.ended_turns',
  },
  live: {
    belongs: `s.status <> 'ended'`,
    endedAt: `'infinity'::timestamptz`,
    lastEventAt: LIVE_LAST_EVENT,
    cost: LIVE_COST,
    turns: 's.turns',
  },
};

/** The tables of a search, as `s`. With labels it begins at the first of them, whose rows are in the order of the list. */
export function searchedTables(byLabel: boolean): string {
  if (!byLabel) return 'session s';
  return `session_label d JOIN session s ON s.id = d.session_id AND s.tenant_id = d.tenant_id`;
}

/** The expression by which a part is sorted. The id comes second. */
export function sortedBy(part: SessionPart, sort: SessionSort, byLabel: boolean): { value: string; id: string } {
  const figures = FIGURES[part];
  if (sort === 'created_at' || figures === undefined) {
    return byLabel ? { value: 'd.created_at', id: 'd.session_id' } : { value: 's.created_at', id: 's.id' };
  }
  const values: Record<Exclude<SessionSort, 'created_at'>, string> = {
    ended_at: figures.endedAt,
    last_event_at: figures.lastEventAt,
    cost_usd: figures.cost,
    turns: figures.turns,
  };
  return { value: values[sort], id: 's.id' };
}

/** How many parameters the conditions take, from $1 on. */
export const FILTER_PARAMETERS = 19;

/**
 * The conditions of a search in one part. Postgres plans each search for its values, so a condition that is not asked costs nothing.
 * Every parameter is named in every text, because Postgres refuses one whose type it cannot tell.
 */
export function conditionsOf(part: SessionPart, byLabel: boolean): string {
  const figures = FIGURES[part];
  const range = (value: string, after: string, before: string) =>
    `(${after}::timestamptz IS NULL OR ${value} > ${after}) AND (${before}::timestamptz IS NULL OR ${value} < ${before})`;
  const conditions = [
    's.tenant_id = $1',
    '($2::text IS NULL OR s.agent_id = $2)',
    '($3::text[] IS NULL OR s.agent_id = ANY($3))',
    '($4::text IS NULL OR s.status = $4)',
    '($5::text IS NULL OR s.idle_cause = $5)',
    '($6::text IS NULL OR s.end_reason = $6)',
    '($7::text IS NULL OR s.error_code = $7)',
    range('s.created_at', '$8', '$9'),
    range(figures?.endedAt ?? 's.ended_at', '$10', '$11'),
    range(figures?.lastEventAt ?? 's.created_at', '$12', '$13'),
    `($14::bigint IS NULL OR ${figures?.cost ?? '0'} >= $14)`,
    `($15::int IS NULL OR ${figures?.turns ?? 's.turns'} >= $15)`,
    `(cardinality($16::text[]) = 0 OR NOT EXISTS (
        SELECT 1 FROM unnest($16::text[], $17::text[]) AS w (kind, value)
         WHERE NOT EXISTS (SELECT 1 FROM session_label l WHERE l.session_id = s.id AND l.kind = w.kind AND l.value = w.value)))`,
    figures?.belongs,
    byLabel
      ? `d.tenant_id = $1 AND d.kind = $18 AND d.value = $19 AND ${range('d.created_at', '$8', '$9')}`
      : '$18::text IS NULL AND $19::text IS NULL',
  ];
  return conditions.filter((condition) => condition !== undefined).join('\n AND ');
}

export function filterValues(tx: Tx, filter: SessionFilter): unknown[] {
  const [first, ...others] = filter.labels;
  return [
    tx.tenantId,
    filter.agentId,
    filter.agentIds,
    filter.status,
    filter.idleCause,
    filter.reason,
    filter.errorCode,
    filter.createdAfter,
    // A session is created before it ends and before its events. Without this, Postgres expects the sessions that ended in a
    // certain time to be spread evenly over the list, and reads all sessions that were made after it.
    earliest([filter.createdBefore, filter.endedBefore, filter.lastEventBefore]),
    filter.endedAfter,
    filter.endedBefore,
    filter.lastEventAfter,
    filter.lastEventBefore,
    filter.minCostNano,
    filter.minTurns,
    others.map(({ kind }) => kind),
    others.map(({ value }) => value),
    first?.kind ?? null,
    first?.value ?? null,
  ];
}

function earliest(times: readonly (Date | null)[]): Date | null {
  return times.reduce((first, time) => (first === null || (time !== null && time < first) ? time : first), null);
}

/** The words of a text as they stand among the labels of sessions whose error has them. */
export async function wordsOfError(tx: Tx, text: string): Promise<string[]> {
  const rows = await tx.query<{ words: string[] }>('words-of-error', 'SELECT words_of_error($1) AS words', [text]);
  return rows[0]?.words ?? [];
}

/** How many sessions of a label are counted at most, to tell a rare one from a frequent one. */
const COUNTED = 1_000;

/** The labels, the one of the fewest sessions first. */
export async function rarestFirst(tx: Tx, labels: readonly SessionLabel[]): Promise<readonly SessionLabel[]> {
  if (labels.length < 2) return labels;
  return tx.query<SessionLabel>(
    'rarest-labels-first',
    `SELECT w.kind, w.value FROM unnest($2::text[], $3::text[]) AS w (kind, value)
      CROSS JOIN LATERAL (SELECT count(*) AS sessions FROM (SELECT 1 FROM session_label l
        WHERE l.tenant_id = $1 AND l.kind = w.kind AND l.value = w.value LIMIT ${COUNTED}) counted) n
      ORDER BY n.sessions`,
    [tx.tenantId, labels.map(({ kind }) => kind), labels.map(({ value }) => value)],
  );
}

export async function agentsOfDepartment(tx: Tx, department: string): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'agents-of-department',
    'SELECT agent_id AS id FROM agent WHERE tenant_id = $1 AND department = $2',
    [tx.tenantId, department],
  );
  return rows.map(({ id }) => id);
}

/**
 * The rows of all sessions that a filter finds, as the text of a subquery, and what the text depends on, for the name of a
 * statement. Its parameters are those of `filterValues`.
 */
export function searchOf(filter: SessionFilter): { readonly key: string; readonly rows: string } {
  const parts = partsOf(filter);
  const byLabel = filter.labels.length > 0;
  const rows = parts.map((part) => `SELECT s.* FROM ${searchedTables(byLabel)} WHERE ${conditionsOf(part, byLabel)}`);
  return { key: `${parts.join('+')}:${byLabel}`, rows: `(${rows.join(' UNION ALL ')})` };
}
