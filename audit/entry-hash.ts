import type { AuditEntry } from '../db/queries/audit.ts';
import { canonicalHash } from './canonical-hash.ts';

/** The first link of a chain has this in place of the hash of the link before. */
export const NO_HASH = '0'.repeat(64);

/**
 * The hash of a link: it covers the place in the chain, the hash of the link before and every field of the entry, so an entry
 * can be neither changed nor moved, nor given to another tenant. docs/audit.md describes it for whoever checks a copy.
 */
export function entryHash(tenantId: string, seq: number, before: string, entry: AuditEntry): string {
  return canonicalHash({
    v: 1,
    tenant_id: tenantId,
    seq,
    before,
    id: entry.id,
    created_at: entry.createdAt.toISOString(),
    kind: entry.kind,
    actor: entry.actor,
    action: entry.action,
    target: entry.target,
    session_id: entry.sessionId,
    agent_id: entry.agentId,
    tool: entry.tool,
    verdict: entry.verdict,
    detail: entry.detail,
  });
}
