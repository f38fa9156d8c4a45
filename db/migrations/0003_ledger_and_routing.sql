-- Money: reservation, then settlement, release or charge of an unknown outcome. Nano-dollars.

CREATE TABLE budget_account (
  tenant_id      text NOT NULL,
  -- 'run:<session id>' or 'day:<agent id>:<yyyy-mm-dd>' (UTC).
  account        text NOT NULL,
  -- Null: no cap. New reservations are held against it.
  cap_nano       bigint CHECK (cap_nano >= 0),
  -- The most that was ever allowed: lowering a cap below what is spent only stops new reservations.
  ceiling_nano   bigint CHECK (ceiling_nano >= cap_nano),
  spent_nano     bigint NOT NULL DEFAULT 0 CHECK (spent_nano >= 0),
  reserved_nano  bigint NOT NULL DEFAULT 0 CHECK (reserved_nano >= 0),
  -- What providers reported above the bound they were given; outside the cap, recorded truthfully.
  excess_nano    bigint NOT NULL DEFAULT 0 CHECK (excess_nano >= 0),
  -- Thresholds already warned of, in percent.
  warned         integer[] NOT NULL DEFAULT '{}',
  PRIMARY KEY (tenant_id, account),
  -- I4 at every instant, whatever the code does.
  CONSTRAINT cap_holds CHECK (ceiling_nano IS NULL OR spent_nano + reserved_nano <= ceiling_nano)
);

-- The ledger: one row per request to a model. It outlives the session: erasing a transcript erases no bill.
CREATE TABLE model_attempt (
  session_id     text NOT NULL,
  turn           integer NOT NULL,
  selection      integer NOT NULL,
  attempt        integer NOT NULL,
  tenant_id      text NOT NULL,
  agent_id       text NOT NULL,
  provider       text NOT NULL,
  model          text NOT NULL,
  day_account    text NOT NULL,
  state          text NOT NULL CHECK (state IN ('reserved', 'dispatched', 'settled', 'released', 'unknown')),
  reserved_nano  bigint NOT NULL CHECK (reserved_nano >= 0),
  -- What was debited: the reported cost up to the reservation, or the reservation itself when unknown.
  charged_nano   bigint NOT NULL DEFAULT 0 CHECK (charged_nano <= reserved_nano),
  excess_nano    bigint NOT NULL DEFAULT 0,
  usage          jsonb,
  failed_type    text,
  created_at     timestamptz NOT NULL DEFAULT now(),
  dispatched_at  timestamptz,
  closed_at      timestamptz,
  PRIMARY KEY (session_id, turn, selection, attempt)
);
CREATE INDEX model_attempt_open ON model_attempt (session_id) WHERE state IN ('reserved', 'dispatched');
CREATE INDEX model_attempt_usage ON model_attempt (tenant_id, created_at);

CREATE TABLE posterior (
  tenant_id     text NOT NULL,
  task_class    text NOT NULL,
  provider      text NOT NULL,
  model         text NOT NULL,
  mean          double precision NOT NULL,
  kappa         double precision NOT NULL,
  alpha         double precision NOT NULL,
  beta          double precision NOT NULL,
  -- Log-normal cost ratio (domain/cost-ratio.ts).
  cost_n        double precision NOT NULL DEFAULT 0,
  cost_mean_log double precision NOT NULL DEFAULT 0,
  cost_m2_log   double precision NOT NULL DEFAULT 0,
  samples       bigint NOT NULL DEFAULT 0,
  updated_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, task_class, provider, model)
);

-- I9: the posterior is updated in the transaction that inserts the outcome.
CREATE TABLE outcome (
  session_id  text NOT NULL REFERENCES session ON DELETE CASCADE,
  turn        integer NOT NULL,
  stage       text NOT NULL CHECK (stage IN ('turn', 'run', 'feedback')),
  tenant_id   text NOT NULL,
  reward      double precision NOT NULL CHECK (reward BETWEEN 0 AND 1),
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, turn, stage)
);
