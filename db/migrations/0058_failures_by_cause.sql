-- The operator counts sessions by what failed in them. Each index holds failures only, so a count of the last hour reads only those.
CREATE INDEX model_attempt_failed ON model_attempt (closed_at) INCLUDE (failed_type, session_id) WHERE failed_type IS NOT NULL;
CREATE INDEX tool_call_failed ON tool_call (finished_at) INCLUDE (reason_code, session_id) WHERE state IN ('failed', 'unknown');
CREATE POLICY service_wide ON model_attempt FOR SELECT TO agent_runs_sweeper USING (true);
CREATE POLICY service_wide ON tool_call FOR SELECT TO agent_runs_sweeper USING (true);
GRANT SELECT (tenant_id, session_id, failed_type, closed_at) ON model_attempt TO agent_runs_sweeper;
GRANT SELECT (tenant_id, session_id, state, reason_code, finished_at) ON tool_call TO agent_runs_sweeper;
