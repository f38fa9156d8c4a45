-- What a person has to decide before a tool call goes on. The row is bound to one call: its arguments, and the definition of its
-- tool. It is answered once, and what follows from the answer happens once.
CREATE TABLE required_action (
  id           text PRIMARY KEY,
  tenant_id    text NOT NULL,
  -- Null: a call that an API key makes without a session.
  session_id   text REFERENCES session ON DELETE CASCADE,
  agent_id     text,
  tool_call_id text NOT NULL,
  turn         integer,
  kind         text NOT NULL CHECK (kind IN ('approval', 'effect_unknown', 'form')),
  -- What asked: the policy, `default`, …
  rule         text NOT NULL,
  tool_name    text NOT NULL,
  server_id    text NOT NULL,
  server_tool  text NOT NULL,
  effect       text NOT NULL CHECK (effect IN ('read', 'write', 'egress')),
  args         jsonb NOT NULL,
  -- SHA-256 of the canonical arguments, and the hash of the tool's definition.
  args_hash    text NOT NULL,
  pin          text NOT NULL,
  -- What else is said about it, by kind: what happened, or the form.
  detail       jsonb NOT NULL DEFAULT '{}',
  status       text NOT NULL DEFAULT 'pending'
    CHECK (status IN ('pending', 'approved', 'denied', 'answered', 'expired', 'withdrawn')),
  answer       jsonb,
  -- The id of an API key, or the rule that decided instead of a person.
  answered_by  text,
  asked_at     timestamptz NOT NULL DEFAULT now(),
  expires_at   timestamptz NOT NULL,
  answered_at  timestamptz,
  -- When the call was dispatched on this answer, or was given its result by it.
  applied_at   timestamptz,
  -- A digest of the tools and policies that the session last compared it with. Null: it has not done so yet.
  judged_by    text,
  CHECK ((status = 'pending') = (answered_at IS NULL)),
  CHECK (status <> 'pending' OR applied_at IS NULL),
  FOREIGN KEY (session_id, tool_call_id) REFERENCES tool_call ON DELETE CASCADE
);
-- A call waits for one answer at a time.
CREATE UNIQUE INDEX required_action_pending ON required_action (session_id, tool_call_id) WHERE status = 'pending';
CREATE INDEX required_action_of_call ON required_action (session_id, tool_call_id);
CREATE INDEX required_action_list ON required_action (tenant_id, asked_at, id);
-- Sessions that wait for a person: the worker looks every few seconds whether policy has changed for one.
CREATE INDEX session_idle_for_action ON session (tenant_id) WHERE idle_cause = 'requires_action';
CALL protect_tenant_rows('required_action', 'SELECT, INSERT, UPDATE');

-- How often the call was dispatched. A version before did not count.
ALTER TABLE tool_call ADD COLUMN attempts integer NOT NULL DEFAULT 0;
