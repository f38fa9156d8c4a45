import type { Page } from '../../contract/fields.ts';
import type { SessionResource } from '../../contract/runs.ts';
import {
  MAX_GROUPS,
  type SessionCount,
  type SessionOrder,
  type SessionSort,
  sessionCountQuerySchema,
  sessionListQuerySchema,
} from '../../contract/session-filter.ts';
import { agentById } from '../../db/queries/agent.ts';
import { countSessionsBy, countSessions as countThem } from '../../db/queries/session-count.ts';
import { type ListedSession, listSessions as readSessions, type SessionPlace } from '../../db/queries/session-list.ts';
import { requireScope } from '../verb/context.ts';
import { decodeCursor, decodeSortedCursor, encodeCursor, encodeSortedCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { readFilter } from './session-filter.ts';
import { sessionResource } from './session-resource.ts';

interface ListInput {
  /** The agent whose sessions are listed. It must exist, unlike an agent that only the query names. */
  readonly agentId?: string | undefined;
  readonly query: unknown;
}

/** Lists the sessions that a filter finds. @throws ServiceError agent_not_found, invalid_cursor */
export const listSessions: Verb<ListInput, Page<SessionResource>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const query = parseInput(sessionListQuerySchema, input.query);
  const { sort, order, limit } = query;
  const after = placeOf(query.cursor, sort, order);
  const rows = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    const { agentId } = input;
    if (agentId !== undefined && (await agentById(tx, agentId)) === undefined) {
      throw new ServiceError('agent_not_found', `No agent "${agentId}".`);
    }
    const filter = await readFilter(tx, query, agentId);
    return readSessions(tx, filter, { sort, order, limit: limit + 1, after });
  });
  return pageOf(rows, limit, sessionResource, (row) => cursorOf(row, sort, order), rows[0]?.found);
};

/** Counts the sessions that a filter finds, and those of each value if one is named. */
export const countSessions: Verb<{ readonly query: unknown }, SessionCount> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { by, ...query } = parseInput(sessionCountQuerySchema, input.query);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const filter = await readFilter(tx, query);
    const count = await countThem(tx, filter);
    if (by === undefined) return { count };
    const groups = await countSessionsBy(tx, filter, by, MAX_GROUPS + 1);
    return { count, groups: groups.slice(0, MAX_GROUPS), more_groups: groups.length > MAX_GROUPS };
  });
};

/** The cursors of the usual order are those that the list has always given. */
const isUsual = (sort: SessionSort, order: SessionOrder): boolean => sort === 'created_at' && order === 'desc';

function placeOf(cursor: string | undefined, sort: SessionSort, order: SessionOrder): SessionPlace | null {
  if (cursor === undefined) return null;
  if (!isUsual(sort, order)) return decodeSortedCursor(cursor, { sort, order });
  const place = decodeCursor(cursor);
  return place === null ? null : { value: place.createdAt, id: place.id };
}

function cursorOf({ sortText, id }: ListedSession, sort: SessionSort, order: SessionOrder): string {
  if (isUsual(sort, order)) return encodeCursor({ createdAt: sortText, id });
  return encodeSortedCursor({ sort, order, value: sortText, id });
}
