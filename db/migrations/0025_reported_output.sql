-- The output tokens that a model reported with its input for the answer that was stored. It reads the answer again in about as
-- many. Null: the request brought no answer, or a version before stored the report.
ALTER TABLE input_report ADD COLUMN output_tokens bigint CHECK (output_tokens >= 0);
