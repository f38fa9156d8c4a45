-- Somebody wants all sessions of this tenant to pause, also those that are started meanwhile. It is an order as in 0055, and
-- another one than the operator's suspension.
ALTER TABLE tenant
  ADD COLUMN paused_at timestamptz,
  ADD COLUMN paused_by text,
  ADD CONSTRAINT tenant_paused CHECK ((paused_at IS NULL) = (paused_by IS NULL));
GRANT UPDATE (paused_at, paused_by) ON tenant TO agent_runs_service;
