-- A tenant that the operator has suspended, and what becomes of its sessions meanwhile. The row alone decides: whoever is about to
-- do something for the tenant looks at it, and workers complete what a process that died has left undone.
ALTER TABLE tenant
  ADD COLUMN suspended_at timestamptz,
  ADD COLUMN suspended_sessions text CHECK (suspended_sessions IN ('pause', 'terminate')),
  ADD CONSTRAINT tenant_suspended CHECK ((suspended_at IS NULL) = (suspended_sessions IS NULL));
CREATE INDEX tenant_suspended ON tenant (id) WHERE suspended_at IS NOT NULL;
GRANT UPDATE (suspended_at, suspended_sessions) ON tenant TO agent_runs_sweeper;

ALTER TABLE session DROP CONSTRAINT session_idle_cause_check;
ALTER TABLE session ADD CONSTRAINT session_idle_cause_check
  CHECK (idle_cause IN ('awaiting_input', 'requires_action', 'budget', 'paused'));
CREATE INDEX session_paused ON session (tenant_id) WHERE idle_cause = 'paused';
