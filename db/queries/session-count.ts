import type { SessionGroup } from '../../contract/session-filter.ts';
import type { Tx } from '../database.ts';
import { planFreely } from '../planning.ts';
import {
  conditionsOf,
  FILTER_PARAMETERS,
  filterValues,
  partsOf,
  type SessionFilter,
  searchedTables,
} from './session-filter.ts';

/** Counts the sessions that a filter finds. */
export async function countSessions(tx: Tx, filter: SessionFilter): Promise<number> {
  planFreely(tx);
  const parts = partsOf(filter);
  const byLabel = filter.labels.length > 0;
  const counts = parts.map(
    (part) => `(SELECT count(*) FROM ${searchedTables(byLabel)} WHERE ${conditionsOf(part, byLabel)})`,
  );
  const rows = await tx.query<{ count: number }>(
    `count-sessions:${parts.join('+')}:${byLabel}`,
    `SELECT (${counts.join(' + ')})::float8 AS count`,
    filterValues(tx, filter),
  );
  return rows[0]?.count ?? 0;
}

export interface GroupCount {
  readonly value: string | null;
  readonly count: number;
}

const VALUES: Readonly<Record<SessionGroup, string>> = {
  status: 's.status',
  idle_cause: 's.idle_cause',
  reason: 's.end_reason',
  error_code: 's.error_code',
  agent_id: 's.agent_id',
  department: '(SELECT a.department FROM agent a WHERE a.tenant_id = s.tenant_id AND a.agent_id = s.agent_id)',
  provider: 'g.value',
  model: 'g.value',
  tool: 'g.value',
};

/** Counts the sessions that a filter finds, by a value that they have. The largest groups come first. */
export async function countSessionsBy(
  tx: Tx,
  filter: SessionFilter,
  by: SessionGroup,
  limit: number,
): Promise<GroupCount[]> {
  planFreely(tx);
  const parts = partsOf(filter);
  const byLabel = filter.labels.length > 0;
  // A tool has two names among the labels. The one with the slash says of which server it is.
  const oneName = by === 'tool' ? `AND g.value LIKE '%/%'` : '';
  const ofLabels = by === 'provider' || by === 'model' || by === 'tool';
  const labels = ofLabels ? `LEFT JOIN session_label g ON g.session_id = s.id AND g.kind = '${by}' ${oneName}` : '';
  const values = parts.map(
    (part) =>
      `SELECT ${VALUES[by]} AS value FROM ${searchedTables(byLabel)} ${labels} WHERE ${conditionsOf(part, byLabel)}`,
  );
  return tx.query<GroupCount>(
    `count-sessions-by:${by}:${parts.join('+')}:${byLabel}`,
    `SELECT value, count(*)::float8 AS count FROM (${values.join(' UNION ALL ')}) v
      GROUP BY value ORDER BY count(*) DESC, value LIMIT $${FILTER_PARAMETERS + 1}`,
    [...filterValues(tx, filter), limit],
  );
}
