import type { z } from 'zod';
import { type CheckOptions, checkChain } from '../../audit/check-chain.ts';
import {
  type AuditVerification,
  type auditEntrySchema,
  type auditListSchema,
  auditQuerySchema,
  auditVerifyQuerySchema,
} from '../../contract/audit.ts';
import { everyEntry, type ListedAuditEntry, listAuditEntries } from '../../db/queries/audit.ts';
import { requireScope } from '../verb/context.ts';
import { decodeCursor, encodeCursor, pageOf } from '../verb/cursor.ts';
import { dateOrNull, parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';

/** The beginnings of the actions that the audit of tools shows. The chain covers every other entry of the tenant as well. */
const FAMILIES = ['tool', 'mcp_server', 'approval', 'guardrails'];
/** The published client waits 30 s for an answer. */
const CHECK_TIME_LIMIT_MS = 20_000;

/**
 * Lists what was decided about tool calls, what became of them, and what was done to servers, policies and settings, newest
 * first.
 * @throws ServiceError invalid_cursor
 */
export const listToolAudit: Verb<{ query: unknown }, z.infer<typeof auditListSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const query = parseInput(auditQuerySchema, input.query);
  const filter = {
    ...everyEntry,
    kind: query.kind ?? null,
    sessionId: query.session_id ?? null,
    agentId: query.agent_id ?? null,
    tool: query.tool ?? null,
    verdict: query.verdict ?? null,
    createdAfter: dateOrNull(query.created_after),
    createdBefore: dateOrNull(query.created_before),
  };
  const page = { limit: query.limit + 1, cursor: decodeCursor(query.cursor) };
  const rows = await ctx.db.transaction(ctx.tenantId, (tx) => listAuditEntries(tx, FAMILIES, filter, page));
  return pageOf(rows, query.limit, auditResource, auditCursor, rows[0]?.found);
};

/** Checks the chain of the whole audit of the tenant. */
export const verifyAudit: Verb<{ query: unknown }, AuditVerification> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { entries, head } = parseInput(auditVerifyQuerySchema, input.query);
  if ((entries === undefined) !== (head === undefined)) {
    const param = entries === undefined ? 'entries' : 'head';
    throw new ServiceError('invalid_request', '`entries` and `head` belong together: give both, or none.', { param });
  }
  const options: CheckOptions = {
    anchor: entries === undefined || head === undefined ? undefined : { seq: entries, hash: head },
    timeLimitMs: CHECK_TIME_LIMIT_MS,
  };
  return checkChain(ctx, ctx.tenantId, options);
};

/** The cursor of the page behind an entry. */
export const auditCursor = (row: ListedAuditEntry) => encodeCursor({ createdAt: row.createdAtText, id: row.id });

/** Makes the resource that clients see of an entry. */
export function auditResource(row: ListedAuditEntry): z.infer<typeof auditEntrySchema> {
  return {
    id: row.id,
    kind: row.kind,
    actor: row.actor,
    action: row.action,
    target: row.target,
    session_id: row.sessionId,
    agent_id: row.agentId,
    tool: row.tool,
    verdict: row.verdict,
    detail: row.detail,
    seq: row.seq === null ? null : Number(row.seq),
    hash: row.hash,
    created_at: row.createdAt.toISOString(),
  };
}
