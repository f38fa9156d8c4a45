import type { z } from 'zod';
import { pageQuerySchema } from '../../contract/fields.ts';
import type { auditListSchema } from '../../contract/mcp.ts';
import { type AuditEntry, listAuditEntries } from '../../db/queries/audit.ts';
import { requireScope } from '../verb/context.ts';
import { decodeCursor, encodeCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';

/** Lists what was done to tools, servers and policies, newest first. @throws ServiceError invalid_cursor */
export const listToolAudit: Verb<{ query: unknown }, z.infer<typeof auditListSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { limit, cursor } = parseInput(pageQuerySchema, input.query);
  const page = { limit: limit + 1, cursor: decodeCursor(cursor) };
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => listAuditEntries(tx, ['tool', 'mcp_server'], page));
  return pageOf(rows, limit, auditResource, (row) => encodeCursor({ createdAt: row.createdAtText, id: row.id }));
};

function auditResource({ createdAt, createdAtText: _, ...entry }: AuditEntry) {
  return { ...entry, created_at: createdAt.toISOString() };
}
