-- How long an approval waits for an answer, of an agent and of a session. Null: as long as the session may be idle.
ALTER TABLE agent ADD COLUMN approval_timeout_ms bigint CHECK (approval_timeout_ms > 0);
ALTER TABLE session ADD COLUMN approval_timeout_ms bigint CHECK (approval_timeout_ms > 0);

-- The generation of MCP that a server was last found to speak, so that a process that starts need not probe it. Null: not known.
ALTER TABLE mcp_server ADD COLUMN generation text CHECK (generation IN ('sessions', 'stateless'));
