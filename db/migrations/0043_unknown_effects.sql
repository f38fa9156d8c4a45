-- The dispatch of its call that a question about an unknown effect is about.
ALTER TABLE required_action ADD COLUMN attempt integer;
CREATE UNIQUE INDEX required_action_of_attempt ON required_action (session_id, tool_call_id, attempt) WHERE kind = 'effect_unknown';
-- What a dispatch of the call answered after it was given up. It is kept and never applied.
ALTER TABLE tool_call ADD COLUMN late jsonb;
-- What follows when nobody knows whether a call took effect: a person is asked, or the model is told. Null: the default.
ALTER TABLE tenant ADD COLUMN unknown_effects text CHECK (unknown_effects IN ('ask', 'tell'));
GRANT UPDATE (unknown_effects) ON tenant TO agent_runs_service;
