import type { z } from 'zod';
import { pageQuerySchema } from '../../contract/fields.ts';
import {
  type auditListSchema,
  type governanceSchema,
  toolPolicyRequestSchema,
  type toolPolicySchema,
} from '../../contract/mcp.ts';
import { type AuditEntry, listAuditEntries } from '../../db/queries/audit.ts';
import { listToolPolicies, putToolPolicy, type ToolPolicyRow } from '../../db/queries/tool-policy.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { decodeCursor, encodeCursor, pageOf } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb, VerbWithoutInput } from '../verb/verb.ts';

/** Lists the tool policies. */
export const readGovernance: VerbWithoutInput<z.infer<typeof governanceSchema>> = async ({ ctx }) => {
  requireScope(ctx, 'read');
  const rows = await ctx.db.transaction(ctx.tenantId, listToolPolicies);
  return { policies: rows.map(policyResource) };
};

/**
 * Sets the policy of the tools that a glob names. Their own annotations are not trusted.
 * @throws ServiceError not_enforced
 */
export const putPolicy: Verb<{ body: unknown }, z.infer<typeof toolPolicySchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const request = parseInput(toolPolicyRequestSchema, input.body);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const row = await putToolPolicy(tx, {
      toolName: request.tool_name,
      allowed: request.allowed,
      requiresApproval: request.requires_approval,
      effect: request.effect ?? null,
      idempotent: request.idempotent ?? null,
    });
    await audit(tx, ctx, 'tool_policy.put', row.toolName, policyResource(row));
    return policyResource(row);
  });
};

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

function policyResource(row: ToolPolicyRow) {
  return {
    tool_name: row.toolName,
    allowed: row.allowed,
    requires_approval: row.requiresApproval,
    effect: row.effect,
    idempotent: row.idempotent,
    updated_at: row.updatedAt.toISOString(),
  };
}
