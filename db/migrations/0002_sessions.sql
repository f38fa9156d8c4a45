-- A session: its row is the lock that decides every race, its log is what clients see.

CREATE TABLE session (
  id                  text PRIMARY KEY,
  tenant_id           text NOT NULL,
  agent_id            text NOT NULL,
  api_key_id          text,
  status              text NOT NULL CHECK (status IN ('running', 'idle', 'ended')),
  idle_cause          text CHECK (idle_cause IN ('awaiting_input', 'requires_action')),
  end_reason          text CHECK (end_reason IN ('completed', 'max_turns', 'budget_exhausted', 'interrupted', 'idle_timeout', 'error', 'terminated')),
  error               jsonb,
  max_turns           integer NOT NULL,
  turns               integer NOT NULL DEFAULT 0,
  on_complete         text NOT NULL CHECK (on_complete IN ('end', 'idle')),
  idle_timeout_ms     bigint NOT NULL,
  -- Which candidates and tools the run was narrowed to; null = all.
  models              jsonb,
  tools               jsonb,
  metadata            jsonb NOT NULL DEFAULT '{}',
  -- Last seq of session_event; taken under this row's lock, so the log is gapless (I2).
  event_seq           bigint NOT NULL DEFAULT 0,
  inbox_seq           bigint NOT NULL DEFAULT 0,
  consumed_inbox_seq  bigint NOT NULL DEFAULT 0,
  signalled_seq       bigint NOT NULL DEFAULT 0,
  signal_attempts     integer NOT NULL DEFAULT 0,
  next_signal_at      timestamptz,
  -- First turn still in the prompt (domain/transcript-window.ts).
  window_first_turn   integer NOT NULL DEFAULT 0,
  workflow_started_at timestamptz,
  reconcile_at        timestamptz NOT NULL DEFAULT now(),
  created_at          timestamptz NOT NULL DEFAULT now(),
  updated_at          timestamptz NOT NULL DEFAULT now(),
  ended_at            timestamptz,
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent,
  CHECK ((status = 'ended') = (end_reason IS NOT NULL)),
  CHECK ((status = 'idle') = (idle_cause IS NOT NULL)),
  CHECK (consumed_inbox_seq <= inbox_seq)
);
CREATE INDEX session_list ON session (tenant_id, created_at DESC, id DESC);
CREATE INDEX session_by_agent ON session (tenant_id, agent_id, created_at DESC, id DESC);
CREATE INDEX session_live_by_agent ON session (tenant_id, agent_id) WHERE status <> 'ended';
CREATE INDEX session_live ON session (reconcile_at) WHERE status <> 'ended';
CREATE INDEX session_unsignalled ON session (next_signal_at) WHERE status <> 'ended' AND inbox_seq > consumed_inbox_seq;

CREATE TABLE session_event (
  session_id  text NOT NULL REFERENCES session ON DELETE CASCADE,
  seq         bigint NOT NULL,
  tenant_id   text NOT NULL,
  -- Names the event within its session: the same key twice is one row.
  key         text NOT NULL,
  type        text NOT NULL,
  -- json, not jsonb: clients get the text as it was written, members in their order.
  data        json NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, seq),
  UNIQUE (session_id, key)
);

CREATE TABLE session_inbox (
  session_id       text NOT NULL REFERENCES session ON DELETE CASCADE,
  seq              bigint NOT NULL,
  id               text NOT NULL UNIQUE,
  tenant_id        text NOT NULL,
  type             text NOT NULL,
  payload          jsonb NOT NULL,
  state            text NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'consumed', 'undelivered')),
  consumed_turn    integer,
  created_at       timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, seq)
);

-- Texts of context sources, stored once however many turns read them.
CREATE TABLE context_block (
  tenant_id   text NOT NULL,
  hash        text NOT NULL,
  text        text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, hash)
);

CREATE TABLE turn (
  session_id       text NOT NULL REFERENCES session ON DELETE CASCADE,
  turn             integer NOT NULL,
  tenant_id        text NOT NULL,
  -- What the turn read, source by source: version, tokens, hash of the text, what was dropped and why.
  manifest         jsonb NOT NULL,
  task_class       text NOT NULL,
  -- User messages drained at this turn's boundary, in inbox order, after input guardrails.
  user_messages    jsonb NOT NULL DEFAULT '[]',
  -- Tokens and a bound on serialized bytes of what this turn adds to the transcript.
  input_tokens     integer NOT NULL DEFAULT 0,
  input_bytes      integer NOT NULL DEFAULT 0,
  -- Set with the answer: text, tool calls by id, opaque reasoning.
  answer           jsonb,
  answer_tokens    integer NOT NULL DEFAULT 0,
  answer_bytes     integer NOT NULL DEFAULT 0,
  answered_by      jsonb,
  results_tokens   integer NOT NULL DEFAULT 0,
  results_bytes    integer NOT NULL DEFAULT 0,
  -- The stored decision of debit budget; a re-run returns it.
  decision         jsonb,
  created_at       timestamptz NOT NULL DEFAULT now(),
  answered_at      timestamptz,
  closed_at        timestamptz,
  PRIMARY KEY (session_id, turn)
);

CREATE TABLE selection (
  session_id    text NOT NULL REFERENCES session ON DELETE CASCADE,
  turn          integer NOT NULL,
  selection     integer NOT NULL,
  tenant_id     text NOT NULL,
  provider_id   text NOT NULL,
  provider      text NOT NULL,
  model         text NOT NULL,
  reason        text NOT NULL,
  candidates    jsonb NOT NULL,
  propensity    double precision NOT NULL,
  -- Bound on the request body and on the answer that the reservation pays for.
  request_bytes integer NOT NULL,
  max_tokens    integer NOT NULL,
  -- Null while it may still answer; else the failure type.
  failed_type   text,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, turn, selection)
);

CREATE TABLE tool_call (
  session_id     text NOT NULL REFERENCES session ON DELETE CASCADE,
  id             text NOT NULL,
  turn           integer NOT NULL,
  call_index     integer NOT NULL,
  tenant_id      text NOT NULL,
  tool_name      text NOT NULL,
  server_id      text NOT NULL,
  server_tool    text NOT NULL,
  effect         text NOT NULL CHECK (effect IN ('read', 'write', 'egress')),
  idempotent     boolean NOT NULL,
  bundled        boolean NOT NULL,
  args           jsonb NOT NULL,
  verdict        text NOT NULL CHECK (verdict IN ('allow', 'ask', 'deny')),
  reason_code    text,
  state          text NOT NULL CHECK (state IN ('intended', 'dispatched', 'succeeded', 'failed', 'denied', 'unknown')),
  output         text,
  is_error       boolean,
  items          integer,
  bytes          integer,
  truncated      boolean,
  latency_ms     integer,
  tokens         integer NOT NULL DEFAULT 0,
  dispatched_at  timestamptz,
  finished_at    timestamptz,
  PRIMARY KEY (session_id, id),
  UNIQUE (session_id, turn, call_index),
  -- I5, and no tool call without a result once it is over.
  CHECK ((state IN ('intended', 'dispatched')) = (output IS NULL))
);
