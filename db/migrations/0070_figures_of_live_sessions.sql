-- The cost and the last event of a session, in its row, so that a list in their order looks nothing up for each live session. No
-- index has them: with one, every turn of a session would write all indexes of its row. A null is a session from before this
-- migration that has not moved since; it is looked up as before.
ALTER TABLE session ADD COLUMN last_event_at timestamptz, ADD COLUMN cost_nano bigint;
ALTER TABLE session ALTER COLUMN last_event_at SET DEFAULT now(), ALTER COLUMN cost_nano SET DEFAULT 0;

-- Triggers write both, since processes of the version before change sessions during a deploy.
CREATE FUNCTION note_last_event() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.last_event_at := now();
  RETURN NEW;
END
$body$;
CREATE TRIGGER noted_event BEFORE UPDATE OF event_seq ON session
  FOR EACH ROW WHEN (NEW.event_seq <> OLD.event_seq) EXECUTE FUNCTION note_last_event();

-- Whoever changes the account of a run holds the lock of its session, so nobody is waited for here.
CREATE FUNCTION note_cost_of_run() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  run_session text := substr(NEW.account, 5);
BEGIN
  UPDATE session SET cost_nano = NEW.spent_nano + NEW.excess_nano WHERE id = run_session AND tenant_id = NEW.tenant_id;
  RETURN NULL;
END
$body$;
CREATE TRIGGER noted_cost AFTER UPDATE OF spent_nano, excess_nano ON budget_account
  FOR EACH ROW WHEN (NEW.account LIKE 'run:%' AND NEW.spent_nano + NEW.excess_nano <> OLD.spent_nano + OLD.excess_nano)
  EXECUTE FUNCTION note_cost_of_run();
REVOKE ALL ON FUNCTION note_last_event, note_cost_of_run FROM PUBLIC;

-- An owner who is no superuser sees no rows otherwise.
ALTER TABLE session NO FORCE ROW LEVEL SECURITY;
ALTER TABLE session_event NO FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_account NO FORCE ROW LEVEL SECURITY;
UPDATE session s SET
  last_event_at = coalesce((SELECT e.created_at FROM session_event e WHERE e.session_id = s.id AND e.seq = s.event_seq), s.created_at),
  cost_nano = coalesce((SELECT b.spent_nano + b.excess_nano FROM budget_account b
                         WHERE b.tenant_id = s.tenant_id AND b.account = 'run:' || s.id), 0)
 WHERE status <> 'ended';
ALTER TABLE session FORCE ROW LEVEL SECURITY;
ALTER TABLE session_event FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_account FORCE ROW LEVEL SECURITY;
