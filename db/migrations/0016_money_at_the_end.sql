-- Of a session that ended for want of money: which account it was, and what the next request would have needed.
ALTER TABLE session ADD COLUMN budget jsonb;

-- The candidates of the last selection of a turn that had no model to choose, each with why. Null: a model was chosen.
ALTER TABLE turn ADD COLUMN unserved jsonb;
