-- The limits of a tenant that the operator changed. A limit without a row has its default (domain/tenant-limits.ts).
CREATE TABLE tenant_limit (
  tenant_id   text NOT NULL REFERENCES tenant,
  name        text NOT NULL,
  value       bigint NOT NULL CHECK (value >= 0),
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, name)
);
CALL protect_tenant_rows('tenant_limit', 'SELECT');
CREATE POLICY service_wide ON tenant_limit TO agent_runs_sweeper USING (true);
GRANT SELECT, INSERT, DELETE, UPDATE ON tenant_limit TO agent_runs_sweeper;

-- What a tenant costs a process right now. Each process writes its own rows every few seconds while there is something to
-- write. A row that is not written any more is of a process that has died, or of a tenant that does nothing.
CREATE TABLE tenant_meter (
  tenant_id   text NOT NULL REFERENCES tenant,
  process_id  text NOT NULL,
  -- {"validation_cpu_ms": 12.5}: what was added in the last minute.
  added       jsonb NOT NULL,
  -- {"model_call_slots": 3}: what is held at the moment.
  held        jsonb NOT NULL,
  flushed_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, process_id)
);
CREATE INDEX tenant_meter_flushed ON tenant_meter (flushed_at);
CALL protect_tenant_rows('tenant_meter', 'SELECT');
CREATE POLICY service_wide ON tenant_meter TO agent_runs_sweeper USING (true);
GRANT SELECT, INSERT, DELETE, UPDATE ON tenant_meter TO agent_runs_sweeper;
