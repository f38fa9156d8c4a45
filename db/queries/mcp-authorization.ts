import type { Tx } from '../database.ts';

/** A link that was given to a person. */
export interface McpAuthorization {
  readonly id: string;
  readonly serverId: string;
  readonly sealedAttempt: Buffer;
  readonly createdBy: string;
}

/** Also removes the links of the tenant that have expired. */
export async function insertMcpAuthorization(
  tx: Tx,
  link: McpAuthorization & { readonly stateSha256: string; readonly expiresAt: Date },
): Promise<void> {
  await tx.query(
    'delete-expired-mcp-authorizations',
    'DELETE FROM mcp_authorization WHERE tenant_id = $1 AND expires_at < now()',
    [tx.tenantId],
  );
  await tx.query(
    'insert-mcp-authorization',
    `INSERT INTO mcp_authorization (id, tenant_id, server_id, state_sha256, sealed_attempt, created_by, expires_at)
     VALUES ($2, $1, $3, $4, $5, $6, $7)`,
    [tx.tenantId, link.id, link.serverId, link.stateSha256, link.sealedAttempt, link.createdBy, link.expiresAt],
  );
}

/** The tenant of a link that is not used yet. It is not known before, so this needs a service transaction. */
export async function tenantOfAuthorization(tx: Tx, stateSha256: string): Promise<string | undefined> {
  const rows = await tx.query<{ tenantId: string }>(
    'tenant-of-mcp-authorization',
    'SELECT tenant_id AS "tenantId" FROM mcp_authorization WHERE state_sha256 = $1',
    [stateSha256],
  );
  return rows[0]?.tenantId;
}

/** Takes a link so that nobody else can use it. @returns undefined when it was used or has expired */
export async function takeMcpAuthorization(tx: Tx, stateSha256: string): Promise<McpAuthorization | undefined> {
  const rows = await tx.query<McpAuthorization & { expired: boolean }>(
    'take-mcp-authorization',
    `DELETE FROM mcp_authorization WHERE tenant_id = $1 AND state_sha256 = $2
     RETURNING id, server_id AS "serverId", sealed_attempt AS "sealedAttempt", created_by AS "createdBy",
               expires_at < now() AS expired`,
    [tx.tenantId, stateSha256],
  );
  const [link] = rows;
  return link === undefined || link.expired ? undefined : link;
}
