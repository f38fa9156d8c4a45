-- Whole results of tool calls whose model was given only the beginning: one a call, behind the result guardrail.

CREATE TABLE artifact (
  session_id    text NOT NULL REFERENCES session ON DELETE CASCADE,
  id            text NOT NULL,
  tenant_id     text NOT NULL,
  tool_call_id  text NOT NULL,
  -- UTF-8 bytes of the content.
  bytes         integer NOT NULL,
  content       text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, id),
  UNIQUE (session_id, tool_call_id)
);

CALL protect_tenant_rows('artifact', 'SELECT, INSERT');
