import { newId } from '../../processes/ids.ts';
import type { Tx } from '../database.ts';
import type { AuditEntry } from './audit.ts';

/** An entry about a tool call. What does not apply to it is left out. */
export type ToolAuditEntry = Pick<AuditEntry, 'kind' | 'actor' | 'action' | 'target' | 'detail'> & {
  readonly [Field in 'sessionId' | 'agentId' | 'tool' | 'verdict']?: AuditEntry[Field] | undefined;
};

/**
 * Notes what became of tool calls. To be called in the transaction of the decision, dispatch, result or answer itself, so
 * that a kill loses no entry and doubles none. It waits for nothing.
 */
export function insertToolAudit(tx: Tx, entries: readonly ToolAuditEntry[]): void {
  if (entries.length === 0) return;
  tx.send(
    'insert-tool-audit',
    `INSERT INTO audit_entry (id, tenant_id, kind, actor, action, target, session_id, agent_id, tool, verdict, detail)
     SELECT e.id, $1, e.kind, e.actor, e.action, e.target, e."sessionId", e."agentId", e.tool, e.verdict, e.detail
       FROM ROWS FROM (jsonb_to_recordset($2::jsonb) AS (id text, kind text, actor text, action text, target text,
            "sessionId" text, "agentId" text, tool text, verdict text, detail jsonb)) WITH ORDINALITY
            AS e (id, kind, actor, action, target, "sessionId", "agentId", tool, verdict, detail, place)
      ORDER BY e.place`,
    [tx.tenantId, JSON.stringify(entries.map((entry) => ({ id: newId('aud'), ...entry })))],
  );
}
