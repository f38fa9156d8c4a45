import type { z } from 'zod';
import type { auditListSchema } from '../../contract/audit.ts';
import { AUDIT_FIGURE_DAYS, type auditStatsSchema, governanceAuditQuerySchema } from '../../contract/governance.ts';
import { everyEntry, listAuditEntries } from '../../db/queries/audit.ts';
import { type AuditFigure, auditFigures } from '../../db/queries/governance.ts';
import { auditCursor, auditResource } from '../tools/tool-audit.ts';
import { requireScope } from '../verb/context.ts';
import { decodeCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb, VerbWithoutInput } from '../verb/verb.ts';

/** Lists every entry of the audit, newest first: also those that are not about tools. @throws ServiceError invalid_cursor */
export const listAuditTrail: Verb<{ query: unknown }, z.infer<typeof auditListSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { limit, cursor, block, operation } = parseInput(governanceAuditQuerySchema, input.query);
  const filter = { ...everyEntry, block: block ?? null, operation: operation ?? null };
  const page = { limit: limit + 1, cursor: decodeCursor(cursor) };
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => listAuditEntries(tx, [''], filter, page));
  return pageOf(rows, limit, auditResource, auditCursor, rows[0]?.found);
};

const DAY_MS = 86_400_000;

/** Counts the entries of the audit of the last days. */
export const auditStats: VerbWithoutInput<z.infer<typeof auditStatsSchema>> = async ({ ctx }) => {
  requireScope(ctx, 'admin');
  const since = new Date(ctx.nowMs() - AUDIT_FIGURE_DAYS * DAY_MS);
  const figures = await ctx.db.transaction(ctx.tenantId, (tx) => auditFigures(tx, since));
  const kinds = sums(figures, ({ kind }) => kind);
  const operations = sums(figures, ({ action }) => action);
  const blocks = sums(figures, ({ block }) => block);
  return {
    days: AUDIT_FIGURE_DAYS,
    entries: total(figures),
    by_kind: kinds.map(([kind, entries]) => ({ kind, entries })),
    by_operation: operations.map(([operation, entries]) => ({ operation, entries })),
    by_block: blocks.flatMap(([block, entries]) => (block === null ? [] : [{ block, entries }])),
    denied: total(figures.filter(({ denied }) => denied)),
  };
};

function total(figures: readonly AuditFigure[]): number {
  return figures.reduce((sum, { entries }) => sum + entries, 0);
}

/** The entries of each value, the most frequent value first. */
function sums<Value>(figures: readonly AuditFigure[], of: (figure: AuditFigure) => Value): [Value, number][] {
  const summed = new Map<Value, number>();
  for (const figure of figures) summed.set(of(figure), (summed.get(of(figure)) ?? 0) + figure.entries);
  return [...summed].sort(([, a], [, b]) => b - a);
}
