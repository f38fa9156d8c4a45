-- What bounds the input of a request better than its bytes do: what the same model reported for an earlier request of the
-- session, and the bytes of what was added since.

-- A bound on the bytes of all turns before this one, also of those that no prompt shows any more. The difference between
-- two turns bounds what the transcript gained. Null: stored by a version that did not count.
ALTER TABLE turn ADD COLUMN bytes_before bigint;

-- The input tokens that a model reported last for a request of a session, and the turn whose prompt that was.
CREATE TABLE input_report (
  session_id    text NOT NULL REFERENCES session ON DELETE CASCADE,
  provider      text NOT NULL,
  model         text NOT NULL,
  tenant_id     text NOT NULL,
  turn          integer NOT NULL,
  input_tokens  bigint NOT NULL CHECK (input_tokens >= 0),
  PRIMARY KEY (session_id, provider, model)
);
CALL protect_tenant_rows('input_report', 'SELECT, INSERT, UPDATE');
