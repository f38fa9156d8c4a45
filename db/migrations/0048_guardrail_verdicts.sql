-- What external guardrail providers said of messages that wait in the inbox of a session. The stage that reads the inbox
-- touches Postgres only, so they are asked before it. The rows of a session go with the boundary that has read its messages.
CREATE TABLE guardrail_verdict (
  session_id  text NOT NULL REFERENCES session ON DELETE CASCADE,
  tenant_id   text NOT NULL REFERENCES tenant,
  -- SHA-256 (hex) of what was asked: the provider, the hook and the text.
  asked       text NOT NULL CHECK (asked ~ '^[0-9a-f]{64}$'),
  verdict     jsonb NOT NULL,
  PRIMARY KEY (session_id, asked)
);
CALL protect_tenant_rows('guardrail_verdict', 'SELECT, INSERT, DELETE');
