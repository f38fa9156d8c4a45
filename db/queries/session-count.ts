import type { SessionGroup } from '../../contract/session-filter.ts';
import type { Tx } from '../database.ts';
import { planFreely } from '../planning.ts';
import {
  conditionsOf,
  FILTER_PARAMETERS,
  filterValues,
  findsAll,
  partsOf,
  type SessionFilter,
  type SessionPart,
  searchedTables,
} from './session-filter.ts';

/** Counts the sessions that a filter finds. */
export async function countSessions(tx: Tx, filter: SessionFilter): Promise<number> {
  planFreely(tx);
  // For all ended sessions Postgres reads session_ended_by_cause, which is small, instead of the whole table.
  const parts: readonly SessionPart[] = findsAll(filter) ? ['ended', 'live'] : partsOf(filter);
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
  department: 'a.department',
  provider: 'g.value',
  model: 'g.value',
  tool: 'g.value',
};

type LabelGroup = 'provider' | 'model' | 'tool';

/** A tool has two names among the labels. The one with the slash says of which server it is. */
function isOfKind(by: LabelGroup): string {
  return by === 'tool' ? `g.kind = 'tool' AND g.value LIKE '%/%'` : `g.kind = '${by}'`;
}

/** Counts the sessions that a filter finds, by a value that they have. The largest groups come first. */
export async function countSessionsBy(
  tx: Tx,
  filter: SessionFilter,
  by: SessionGroup,
  limit: number,
): Promise<GroupCount[]> {
  planFreely(tx);
  const ofLabels = by === 'provider' || by === 'model' || by === 'tool';
  if (ofLabels && findsAll(filter)) return countAllByLabel(tx, by, limit);
  const parts = partsOf(filter);
  const byLabel = filter.labels.length > 0;
  const agents =
    by === 'department' ? 'LEFT JOIN agent a ON a.tenant_id = s.tenant_id AND a.agent_id = s.agent_id' : '';
  const labels = ofLabels ? `LEFT JOIN session_label g ON g.session_id = s.id AND ${isOfKind(by)}` : '';
  const values = parts.map(
    (part) =>
      `SELECT ${VALUES[by]} AS value FROM ${searchedTables(byLabel)} ${agents} ${labels} WHERE ${conditionsOf(part, byLabel)}`,
  );
  return tx.query<GroupCount>(
    `count-sessions-by:${by}:${parts.join('+')}:${byLabel}`,
    `SELECT value, count(*)::float8 AS count FROM (${values.join(' UNION ALL ')}) v
      GROUP BY value ORDER BY count(*) DESC, value LIMIT $${FILTER_PARAMETERS + 1}`,
    [...filterValues(tx, filter), limit],
  );
}

/** Counts the sessions of each label, and those without one, from the labels alone: joining them to all sessions takes far longer. */
async function countAllByLabel(tx: Tx, by: LabelGroup, limit: number): Promise<GroupCount[]> {
  const labels = `FROM session_label g WHERE g.tenant_id = $1 AND ${isOfKind(by)}`;
  const labelled = `SELECT count(*) FROM (SELECT ${labels} GROUP BY g.session_id) l`;
  return tx.query<GroupCount>(
    `count-all-sessions-by:${by}`,
    `SELECT value, count::float8 AS count FROM (
       SELECT g.value, count(*) AS count ${labels} GROUP BY g.value
       UNION ALL
       SELECT NULL, (SELECT count(*) FROM session s WHERE s.tenant_id = $1) - (${labelled})) v
      WHERE count > 0 ORDER BY v.count DESC, value LIMIT $2`,
    [tx.tenantId, limit],
  );
}
