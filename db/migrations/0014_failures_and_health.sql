-- What a selection failed with, beside its type: {status, message}. The message is redacted and may be shown.
ALTER TABLE selection ADD COLUMN failure jsonb;

-- An arm is out only for the connection (address and key) that failed. Null: of a version that kept none, it counts for all.
ALTER TABLE circuit ADD COLUMN connection text;
-- {status, message} of the last failure.
ALTER TABLE circuit ADD COLUMN last_failure jsonb;
