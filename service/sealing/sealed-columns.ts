import { HEAD_ROW } from '../../audit/sealed-head.ts';
import type { SealedColumn } from '../../db/queries/sealed-secret.ts';
import { sealedAttemptRow, sealedClientRow, sealedClientSecretRow, sealedTokensRow } from '../../domain/mcp-oauth.ts';
import { sealedServerEnvRow, sealedServerHeadersRow } from '../../domain/mcp-server-secrets.ts';
import { sealedHeadersRow } from '../../domain/provider-record.ts';

/** Every column that holds sealed secrets, with the row id that a secret of it is bound to. */
export const SEALED_COLUMNS: readonly (SealedColumn & { readonly boundTo: (id: string) => string })[] = [
  { table: 'provider', column: 'sealed_key', boundTo: (id) => id },
  { table: 'provider', column: 'sealed_headers', boundTo: sealedHeadersRow },
  { table: 'mcp_server', column: 'sealed_auth', boundTo: (id) => id },
  { table: 'mcp_server', column: 'sealed_headers', boundTo: sealedServerHeadersRow },
  { table: 'mcp_server', column: 'sealed_env', boundTo: sealedServerEnvRow },
  { table: 'mcp_server', column: 'sealed_client_secret', boundTo: sealedClientSecretRow },
  { table: 'mcp_oauth', column: 'sealed_client', boundTo: sealedClientRow },
  { table: 'mcp_oauth', column: 'sealed_tokens', boundTo: sealedTokensRow },
  { table: 'mcp_authorization', column: 'sealed_attempt', boundTo: sealedAttemptRow },
  { table: 'audit_head', column: 'sealed_head', boundTo: () => HEAD_ROW },
  { table: 'guardrail_provider', column: 'sealed_key', boundTo: (id) => id },
];
