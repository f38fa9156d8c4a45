-- A job that does one thing to many sessions: to those that its filter matched when it began.
CREATE TABLE bulk_job (
  id          text PRIMARY KEY,
  tenant_id   text NOT NULL REFERENCES tenant (id),
  -- The key on whose behalf each session is changed. While it is revoked or expired, nothing is.
  api_key_id  text NOT NULL REFERENCES api_key (id),
  request_id  text NOT NULL,
  action      text NOT NULL CHECK (action IN ('retry', 'terminate', 'interrupt', 'pause', 'resume', 'delete')),
  options     jsonb NOT NULL,
  filter      jsonb NOT NULL,
  -- Sessions per second.
  rate        double precision NOT NULL CHECK (rate > 0),
  sessions    integer NOT NULL CHECK (sessions >= 0),
  estimate    jsonb NOT NULL,
  -- Up to this time the rate is given away. Whoever takes a part of the job moves it first, so the rate holds whoever works or dies.
  paced_until timestamptz NOT NULL DEFAULT now(),
  -- When a worker compares the job with its workflow next.
  look_at     timestamptz NOT NULL DEFAULT now() + interval '2 seconds',
  end_reason  text CHECK (end_reason IN ('completed', 'cancelled', 'failed')),
  error       jsonb,
  -- The outcomes of an ended job, so that nobody counts its items again.
  counts      jsonb,
  created_at  timestamptz NOT NULL DEFAULT now(),
  ended_at    timestamptz,
  CHECK ((end_reason IS NULL) = (ended_at IS NULL)),
  CHECK ((end_reason IS NULL) = (counts IS NULL))
);
CREATE INDEX bulk_job_listed ON bulk_job (tenant_id, created_at DESC, id DESC);
CREATE INDEX bulk_job_looked_at ON bulk_job (look_at) WHERE end_reason IS NULL;
CREATE INDEX bulk_job_api_key ON bulk_job (api_key_id);
CALL protect_tenant_rows('bulk_job', 'SELECT, INSERT, UPDATE, DELETE');
CREATE POLICY service_wide ON bulk_job TO agent_runs_sweeper USING (true);
GRANT SELECT (id, tenant_id, end_reason, look_at), UPDATE (look_at) ON bulk_job TO agent_runs_sweeper;

-- A session of a job, and what became of it. The outcome is written in the transaction that changes the session, so each session
-- is changed once. The session may be erased before its item.
CREATE TABLE bulk_item (
  job_id      text NOT NULL REFERENCES bulk_job (id) ON DELETE CASCADE,
  place       integer NOT NULL,
  tenant_id   text NOT NULL,
  session_id  text NOT NULL,
  outcome     text CHECK (outcome IN ('done', 'refused', 'failed', 'not_done')),
  code        text,
  message     text,
  attempts    integer NOT NULL DEFAULT 0,
  due_at      timestamptz NOT NULL DEFAULT now(),
  settled_at  timestamptz,
  PRIMARY KEY (job_id, place),
  CHECK ((outcome IS NULL) = (settled_at IS NULL))
);
CREATE INDEX bulk_item_pending ON bulk_item (job_id, due_at, place) WHERE outcome IS NULL;
CALL protect_tenant_rows('bulk_item', 'SELECT, INSERT, UPDATE');
