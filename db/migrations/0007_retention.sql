-- Ended sessions, oldest first: what AGENT_RUNS_RETENTION_DAYS erases.
CREATE INDEX session_ended ON session (ended_at) WHERE status = 'ended';
