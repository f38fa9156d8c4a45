import type { ToolSettings } from '../../domain/tool-policy/policies-of-tool.ts';
import type { ToolPolicy } from '../../domain/tool-policy/tool-policy.ts';
import type { Tx } from '../database.ts';
import { inOneMessage } from '../one-message.ts';
import { listMcpServers, type McpServerRow } from './mcp-server.ts';
import { toolPoliciesOfAgent, toolSettingsOfTenant } from './tool-policy.ts';

/** The parts that the catalog of an agent is made of. */
export interface ToolSources {
  readonly servers: readonly McpServerRow[];
  readonly policies: readonly ToolPolicy[];
  readonly settings: ToolSettings;
}

/**
 * Reads everything that the catalog of an agent is made of: the servers, the policies that concern the agent, and what the tenant
 * has set. Without an agent, reads the policies of the tenant.
 */
export function toolSources(tx: Tx, agentId: string | null): Promise<ToolSources> {
  return inOneMessage({
    servers: listMcpServers(tx),
    policies: toolPoliciesOfAgent(tx, agentId),
    settings: toolSettingsOfTenant(tx),
  });
}

/**
 * An expression for queries: a text that changes whenever a pinned tool changes, a policy that concerns the agent of the
 * session, or what the tenant has set for all tools. The parameters are expressions of SQL.
 */
export const toolSourcesText = (tenantId: string, sessionId: string) =>
  `coalesce((SELECT string_agg(id || '@' || coalesce(extract(epoch FROM greatest(discovered_at, tools_changed_at))::text, ''), ',' ORDER BY id)
               FROM mcp_server WHERE tenant_id = ${tenantId}), '')
   || '|' || coalesce((SELECT string_agg(p.id || '@' || extract(epoch FROM p.updated_at)::text, ',' ORDER BY p.id)
               FROM tool_policy p
               LEFT JOIN (session its JOIN agent a ON a.tenant_id = its.tenant_id AND a.agent_id = its.agent_id)
                 ON its.id = ${sessionId} AND (its.tenant_id = ${tenantId}) IS TRUE
              WHERE p.tenant_id = ${tenantId} AND (p.agent_id IS NULL OR p.agent_id = a.agent_id)
                AND (p.department IS NULL OR p.department = a.department)), '')
   || '|' || coalesce((SELECT concat_ws(',', unknown_tools, taint) FROM tenant WHERE id = ${tenantId}), '')`;

/** Reads that text. The tools of the session's agent and their policies are valid for one such text. */
export async function toolSourcesVersion(tx: Tx, sessionId: string): Promise<string> {
  const rows = await tx.query<{ version: string }>(
    'tool-sources-version',
    `SELECT ${toolSourcesText('$1', '$2')} AS version`,
    [tx.tenantId, sessionId],
  );
  return rows[0]?.version ?? '';
}
