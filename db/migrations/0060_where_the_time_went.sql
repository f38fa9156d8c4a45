-- The end of each stage of a turn, by the clock of Postgres. Each column is written by the transaction that stores what the stage did;
-- created_at and closed_at of these rows say when that transaction began. Rows of versions before have none of them.
ALTER TABLE turn ADD COLUMN refreshed_at timestamptz, ADD COLUMN debited_at timestamptz;
ALTER TABLE selection ADD COLUMN selected_at timestamptz;
-- How long the selection waited for a model or for money, and for a slot, before it was made.
ALTER TABLE selection ADD COLUMN waited_ms integer CHECK (waited_ms >= 0), ADD COLUMN queued_ms integer CHECK (queued_ms >= 0);
-- From when the request was sent, by the clock of the worker.
ALTER TABLE model_attempt ADD COLUMN first_token_ms integer CHECK (first_token_ms >= 0),
  ADD COLUMN last_token_ms integer CHECK (last_token_ms >= first_token_ms);
-- dispatched_at is that of the last dispatch.
ALTER TABLE tool_call ADD COLUMN first_dispatched_at timestamptz;
