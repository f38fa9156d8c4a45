-- What came of the last attempt to reach the server, as the API shows it: {state, why, until}. Null: there was none yet.
ALTER TABLE mcp_server ADD COLUMN health jsonb;
