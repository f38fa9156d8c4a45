-- How the service gets tokens for an MCP server, and the secret of its client, bound to (tenant_id, id/oauth-client-secret).
-- Null: the server needs no tokens.
ALTER TABLE mcp_server
  ADD COLUMN oauth jsonb,
  ADD COLUMN sealed_client_secret bytea,
  ADD CHECK (oauth IS NULL OR transport <> 'stdio'),
  ADD CHECK (sealed_client_secret IS NULL OR oauth IS NOT NULL);

-- What the service holds of the authorization server of an MCP server. The id is that of the MCP server.
CREATE TABLE mcp_oauth (
  id             text PRIMARY KEY REFERENCES mcp_server ON DELETE CASCADE,
  tenant_id      text NOT NULL,
  -- The client that the service registered by itself, bound to (tenant_id, id/oauth-client).
  sealed_client  bytea,
  -- Access token, refresh token, and the server that gave them, bound to (tenant_id, id/oauth-tokens).
  sealed_tokens  bytea,
  refresh_at     timestamptz,
  expires_at     timestamptz,
  -- Counts the tokens. Who renews them stores the new ones only if they are still those that it renewed.
  version        integer NOT NULL DEFAULT 0,
  -- A process that asks for new tokens has claimed that until then. A refresh token can be used only once.
  claimed_until  timestamptz,
  authorized_at  timestamptz,
  problem        jsonb,
  -- With a problem that may pass, the authorization server is not asked again before.
  retry_at       timestamptz,
  CHECK (sealed_tokens IS NOT NULL OR (refresh_at IS NULL AND expires_at IS NULL))
);
CALL protect_tenant_rows('mcp_oauth', 'SELECT, INSERT, UPDATE, DELETE');

-- Links that were given to persons and not used yet. The browser brings back the state and no API key, so the tenant is found
-- by the hash of the state.
CREATE TABLE mcp_authorization (
  id              text PRIMARY KEY,
  tenant_id       text NOT NULL,
  server_id       text NOT NULL REFERENCES mcp_server ON DELETE CASCADE,
  state_sha256    text NOT NULL UNIQUE,
  -- What has to be remembered until the browser comes back, bound to (tenant_id, id/oauth-attempt).
  sealed_attempt  bytea NOT NULL,
  -- The API key that asked for the link.
  created_by      text NOT NULL,
  expires_at      timestamptz NOT NULL
);
CREATE INDEX mcp_authorization_server ON mcp_authorization (server_id);
CALL protect_tenant_rows('mcp_authorization', 'SELECT, INSERT, UPDATE, DELETE');
CREATE POLICY service_wide ON mcp_authorization TO agent_runs_sweeper USING (true);
GRANT SELECT (tenant_id, state_sha256) ON mcp_authorization TO agent_runs_sweeper;
