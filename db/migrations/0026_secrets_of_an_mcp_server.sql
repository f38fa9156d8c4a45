-- The headers of every request to an MCP server over HTTP, and the environment of a server over stdio. Each of the two is a
-- JSON object of names and values, sealed like the credential and bound to (tenant_id, id/headers) and (tenant_id, id/env).
-- The names are shown to whoever may read. Null: nothing.
ALTER TABLE mcp_server
  ADD COLUMN sealed_headers bytea,
  ADD COLUMN header_names jsonb,
  ADD COLUMN sealed_env bytea,
  ADD COLUMN env_names jsonb;
