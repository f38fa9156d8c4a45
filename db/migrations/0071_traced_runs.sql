-- A traced run is the time from when a session begins to run until it waits for a message or ends: one trace. A session counts them
-- from 0; a fork that waits for its first message has had none yet (-1). traced_run_since is null while none is under way, and in sessions that began before this migration, until they are woken.
ALTER TABLE session ADD COLUMN traced_run integer NOT NULL DEFAULT 0 CHECK (traced_run >= -1);
ALTER TABLE session ADD COLUMN traced_run_since timestamptz;
ALTER TABLE session ALTER COLUMN traced_run_since SET DEFAULT now();
-- The request that started the session, or whose message woke it. Null: a retry began the run, and one request may retry many sessions.
ALTER TABLE session ADD COLUMN traced_run_request_id text;
-- The same of the traced run before, to which this one is linked.
ALTER TABLE session ADD COLUMN traced_run_before_request_id text;
