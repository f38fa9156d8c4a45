-- What models wrote of the beginning of a session's transcript. A prompt that leaves earlier turns out shows the latest one.
-- The attempts of such requests have the selection -1, because no selection is made for them.
CREATE TABLE session_summary (
  session_id    text NOT NULL REFERENCES session ON DELETE CASCADE,
  -- It covers the turns from the first to this one.
  through_turn  integer NOT NULL,
  tenant_id     text NOT NULL,
  -- It was asked for when this turn was closed.
  asked_turn    integer NOT NULL,
  text          text NOT NULL,
  -- What it takes in a prompt.
  tokens        integer NOT NULL,
  bytes         integer NOT NULL,
  provider      text NOT NULL,
  model         text NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, through_turn)
);

CALL protect_tenant_rows('session_summary', 'SELECT, INSERT');
