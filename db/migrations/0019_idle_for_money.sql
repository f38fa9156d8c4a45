-- What a run does when it comes to the end of its money. A run of a version before stops.
ALTER TABLE session ADD COLUMN on_budget text NOT NULL DEFAULT 'stop' CHECK (on_budget IN ('stop', 'ask', 'downgrade'));
-- For runs that do not say it themselves. Null: they stop.
ALTER TABLE agent ADD COLUMN on_budget text CHECK (on_budget IN ('stop', 'ask', 'downgrade'));

ALTER TABLE session DROP CONSTRAINT session_idle_cause_check;
ALTER TABLE session ADD CONSTRAINT session_idle_cause_check CHECK (idle_cause IN ('awaiting_input', 'requires_action', 'budget'));
-- What providers charged the run above the bounds of its requests, as far as its owner was asked about that.
ALTER TABLE session ADD COLUMN excess_asked_nano bigint NOT NULL DEFAULT 0;

-- Sessions that wait for money: the worker looks every few seconds whether one has it.
CREATE INDEX session_idle_for_money ON session (tenant_id) WHERE idle_cause = 'budget';
