-- What a call must be like, beyond the schema of its tool. Null: the policy says nothing of it, and a less specific one is asked.
ALTER TABLE tool_policy ADD COLUMN argument_rules jsonb CHECK (jsonb_typeof(argument_rules) = 'array');
