-- The stages that were under way when a worker ended itself, because its event loop stood still or its memory was used up.
-- A worker that somebody ends writes nothing. A row is written while the stage itself may hold the lock of its session, so it
-- refers to no other row. It is removed an hour after the last death.
CREATE TABLE worker_death (
  session_id  text NOT NULL,
  -- The stage with its turn, selection or call: a place that is reached again is another one.
  place       text NOT NULL,
  tenant_id   text NOT NULL REFERENCES tenant,
  stage       text NOT NULL,
  cause       text NOT NULL CHECK (cause IN ('hang', 'memory')),
  deaths      integer NOT NULL CHECK (deaths > 0),
  -- How many of them this stage is known to have caused, because it was running at that moment.
  proven      integer NOT NULL CHECK (proven BETWEEN 0 AND deaths),
  last_at     timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, place)
);
CALL protect_tenant_rows('worker_death', 'SELECT');
CREATE POLICY service_wide ON worker_death TO agent_runs_sweeper USING (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON worker_death TO agent_runs_sweeper;
