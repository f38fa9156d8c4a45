-- How many seconds requests to this provider may take (contract/time-limits.ts). What is not set is as it is by default.
ALTER TABLE provider ADD COLUMN time_limits jsonb;
