-- How often an ended session was made to go on. It is also the number of the run of its workflow that drives it: a stage of an
-- earlier run finds the session over.
ALTER TABLE session ADD COLUMN retries integer NOT NULL DEFAULT 0 CHECK (retries >= 0);
-- The selections of a turn before this one were made before a retry: their failures do not count any more.
ALTER TABLE turn ADD COLUMN first_selection integer NOT NULL DEFAULT 0 CHECK (first_selection >= 0);
-- A message that an end left unread, and that a retry has put into the inbox again, behind all others.
ALTER TABLE session_inbox DROP CONSTRAINT session_inbox_state_check;
ALTER TABLE session_inbox ADD CONSTRAINT session_inbox_state_check
  CHECK (state IN ('queued', 'consumed', 'undelivered', 'requeued'));
