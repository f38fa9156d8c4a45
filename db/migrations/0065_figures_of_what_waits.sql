-- A worker shows how much waits for persons and how much money is reserved, of all tenants together: it sees numbers, not whose.
GRANT SELECT (tenant_id, kind, status) ON required_action TO agent_runs_sweeper;
CREATE POLICY service_wide ON required_action FOR SELECT TO agent_runs_sweeper USING (true);
GRANT SELECT (state, reserved_nano) ON model_attempt TO agent_runs_sweeper;
