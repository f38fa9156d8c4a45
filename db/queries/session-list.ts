import type { SessionOrder, SessionSort } from '../../contract/session-filter.ts';
import type { Tx } from '../database.ts';
import { type PageRow, withinPageBytes } from '../page-bytes.ts';
import { planFreely } from '../planning.ts';
import {
  conditionsOf,
  FILTER_PARAMETERS,
  filterValues,
  partsOf,
  type SessionFilter,
  type SessionPart,
  searchedTables,
  sortedBy,
} from './session-filter.ts';
import { type SessionView, sessionViewColumns, sessionViewTables } from './session-read.ts';

/** A place in a list of sessions: the value by which it is sorted, as Postgres writes it, and the id. */
export interface SessionPlace {
  readonly value: string;
  readonly id: string;
}

export interface SessionListPage {
  readonly sort: SessionSort;
  readonly order: SessionOrder;
  readonly limit: number;
  readonly after: SessionPlace | null;
}

export type ListedSession = SessionView & PageRow & { readonly sortText: string };

const TYPE_OF_SORT: Readonly<Record<SessionSort, string>> = {
  created_at: 'timestamptz',
  ended_at: 'timestamptz',
  last_event_at: 'timestamptz',
  cost_usd: 'bigint',
  turns: 'int',
};

/** Lists sessions behind a place. */
export async function listSessions(tx: Tx, filter: SessionFilter, page: SessionListPage): Promise<ListedSession[]> {
  planFreely(tx);
  const parts = partsOf(filter, page.sort);
  const byLabel = filter.labels.length > 0;
  return tx.query<ListedSession>(
    // The name holds all that the text depends on.
    `list-sessions:${parts.join('+')}:${page.sort}:${page.order}:${byLabel}`,
    textOf(parts, page, byLabel),
    [...filterValues(tx, filter), page.after?.value ?? null, page.after?.id ?? null, page.limit],
  );
}

function textOf(
  parts: readonly SessionPart[],
  { sort, order }: Pick<SessionListPage, 'sort' | 'order'>,
  byLabel: boolean,
): string {
  const direction = order === 'asc' ? 'ASC' : 'DESC';
  const [value, id, limit] = [1, 2, 3].map((n) => `$${FILTER_PARAMETERS + n}`);
  const after = `${value}::${TYPE_OF_SORT[sort]}`;
  const places = parts.map((part) => {
    const by = sortedBy(part, sort, byLabel);
    return `(SELECT s.id, ${by.value} AS value FROM ${searchedTables(byLabel)}
      WHERE ${conditionsOf(part, byLabel)}
        AND (${after} IS NULL OR (${by.value}, ${by.id}) ${order === 'asc' ? '>' : '<'} (${after}, ${id}))
      ORDER BY ${by.value} ${direction}, ${by.id} ${direction} LIMIT ${limit})`;
  });
  return withinPageBytes(
    `SELECT ${sessionViewColumns}, p.value AS "sortValue", p.value::text AS "sortText"
       FROM ${sessionViewTables} JOIN (${places.join(' UNION ALL ')}) p ON p.id = s.id WHERE s.tenant_id = $1
      ORDER BY p.value ${direction}, p.id ${direction} LIMIT ${limit}`,
    'octet_length(metadata::text)',
    `"sortValue" ${direction}, id ${direction}`,
  );
}
