-- Calls of tools that a client makes itself (POST /v1/mcp/tools/call), outside of any session. The row is committed before the
-- call is sent, and found again by the Idempotency-Key, so that no process makes the call a second time.
CREATE TABLE direct_tool_call (
  id                text PRIMARY KEY,
  tenant_id         text NOT NULL REFERENCES tenant,
  -- The API key that asked.
  key_id            text NOT NULL,
  -- Null: the client gave none, or may use it again.
  idempotency_key   text,
  -- Of server, tool and arguments, which are not kept.
  request_sha256    text NOT NULL,
  server_id         text NOT NULL,
  server_name       text NOT NULL,
  server_tool       text NOT NULL,
  tool_name         text NOT NULL,
  effect            text NOT NULL CHECK (effect IN ('read', 'write', 'egress')),
  idempotent        boolean NOT NULL,
  state             text NOT NULL CHECK (state IN ('dispatched', 'succeeded', 'failed', 'unknown')),
  -- A call that does no harm when it is repeated is sent again by whoever finds it dispatched. The attempt before it is over.
  attempt           integer NOT NULL DEFAULT 1,
  reason_code       text,
  output            text,
  is_error          boolean,
  items             integer,
  bytes             bigint,
  -- The whole of a result that is longer than the output.
  whole             text,
  latency_ms        integer,
  created_at        timestamptz NOT NULL DEFAULT now(),
  dispatched_at     timestamptz NOT NULL DEFAULT now(),
  finished_at       timestamptz,
  UNIQUE (tenant_id, idempotency_key),
  CHECK ((state = 'dispatched') = (finished_at IS NULL)),
  CHECK ((finished_at IS NULL) = (output IS NULL))
);
CREATE INDEX direct_tool_call_open ON direct_tool_call (dispatched_at) WHERE state = 'dispatched';
CREATE INDEX direct_tool_call_finished ON direct_tool_call (finished_at) WHERE finished_at IS NOT NULL;

CALL protect_tenant_rows('direct_tool_call', 'SELECT, INSERT, UPDATE, DELETE');
-- A worker closes calls whose process has died, and erases old ones. It sees which, and nothing of what they were about.
CREATE POLICY service_wide ON direct_tool_call TO agent_runs_sweeper USING (true);
GRANT SELECT (tenant_id, id, state, dispatched_at, finished_at) ON direct_tool_call TO agent_runs_sweeper;
