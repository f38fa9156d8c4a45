-- The live sessions in the order of the list, so that a page of them ends as soon as it is full.
CREATE INDEX session_live_list ON session (tenant_id, created_at DESC, id DESC) WHERE status <> 'ended';
-- Few different values, so it is small: all ended sessions are counted by it, and those of a reason by their error.
CREATE INDEX session_ended_by_cause ON session (tenant_id, end_reason, error_code) WHERE status = 'ended';
-- A value belongs to one kind as a rule. Without this, Postgres takes the sessions of a frequent model for a few.
CREATE STATISTICS session_label_kinds (dependencies) ON kind, value FROM session_label;
ANALYZE session_label;
