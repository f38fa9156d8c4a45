-- Somebody wants this session, or all sessions of this agent, to pause. The row is the order: a stage pauses the session in front
-- of its next request, and a session that is idle pauses as soon as it is woken for that.
ALTER TABLE session ADD COLUMN paused_at timestamptz, ADD COLUMN paused_by text;
CREATE INDEX session_pause_ordered ON session (tenant_id) WHERE paused_at IS NOT NULL AND status = 'idle' AND idle_cause <> 'paused';
ALTER TABLE agent ADD COLUMN paused_at timestamptz, ADD COLUMN paused_by text;
