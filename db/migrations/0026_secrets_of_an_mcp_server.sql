-- What is sent to an MCP server over HTTP with every request, and what a server over stdio has in its environment. Each is a
-- JSON object of names and values, sealed like the credential and bound to (tenant_id, id/headers) and (tenant_id, id/env).
-- The names are shown to whoever may read. Null: nothing.
ALTER TABLE mcp_server
  ADD COLUMN sealed_headers bytea,
  ADD COLUMN header_names jsonb,
  ADD COLUMN sealed_env bytea,
  ADD COLUMN env_names jsonb;
