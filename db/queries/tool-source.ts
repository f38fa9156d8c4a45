import type { Tx } from '../database.ts';

/** Reads a text that changes whenever a pinned tool or a policy of the tenant changes. A catalog is valid for one such text. */
export async function toolSourcesVersion(tx: Tx): Promise<string> {
  const rows = await tx.query<{ version: string }>(
    'tool-sources-version',
    `SELECT coalesce((SELECT string_agg(id || '@' || coalesce(extract(epoch FROM discovered_at)::text, ''), ',' ORDER BY id)
                        FROM mcp_server WHERE tenant_id = $1), '')
         || '|' || coalesce((SELECT string_agg(tool_name || '@' || extract(epoch FROM updated_at)::text, ',' ORDER BY tool_name)
                        FROM tool_policy WHERE tenant_id = $1), '') AS version`,
    [tx.tenantId],
  );
  return rows[0]?.version ?? '';
}
