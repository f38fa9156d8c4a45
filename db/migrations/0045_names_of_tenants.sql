-- The operator may give a tenant another name.
GRANT UPDATE (name) ON tenant TO agent_runs_sweeper;
