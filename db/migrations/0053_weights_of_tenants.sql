-- How much of what the processes share a tenant gets, against others that wait at the same time (docs/limits.md). The processes
-- keep the weights in memory and read those that are not 1.
ALTER TABLE tenant ADD COLUMN weight integer NOT NULL DEFAULT 1 CHECK (weight BETWEEN 1 AND 100);
CREATE INDEX tenant_weighted ON tenant (id) WHERE weight <> 1;
GRANT UPDATE (weight) ON tenant TO agent_runs_sweeper;
