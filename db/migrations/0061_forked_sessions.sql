-- The turns of a session's transcript that are rows of another session: it was forked from that session, or has the turns of one
-- that did the same. The rows are read where they are. The stretches of a session neither overlap each other nor its own turns.
CREATE TABLE inherited_turns (
  session_id  text NOT NULL REFERENCES session (id) ON DELETE CASCADE,
  first_turn  integer NOT NULL CHECK (first_turn >= 0),
  last_turn   integer NOT NULL,
  tenant_id   text NOT NULL,
  source_id   text NOT NULL REFERENCES session (id),
  PRIMARY KEY (session_id, first_turn),
  CHECK (last_turn >= first_turn)
);
CREATE INDEX inherited_turns_source ON inherited_turns (source_id);
CALL protect_tenant_rows('inherited_turns', 'SELECT, INSERT, UPDATE, DELETE');
-- Turns that a deleted session leaves to a fork take these answers with them no more.
GRANT DELETE ON required_action TO agent_runs_service;

-- The session and the turn that a session was forked from. That session may have been erased since.
ALTER TABLE session ADD COLUMN forked_from text;
ALTER TABLE session ADD COLUMN forked_from_turn integer CHECK (forked_from_turn >= 0);
-- The first turn that the session makes itself.
ALTER TABLE session ADD COLUMN first_turn integer NOT NULL DEFAULT 0 CHECK (first_turn >= 0);
CREATE INDEX session_forks ON session (forked_from, created_at DESC, id DESC) WHERE forked_from IS NOT NULL;
