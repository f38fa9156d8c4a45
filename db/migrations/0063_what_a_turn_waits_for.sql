-- What a selection waits for: a place among the calls of its tenant, money that others hold reserved, or a model that is out. It is
-- written with the look that found it so, and is of the past once a later selection is stored.
ALTER TABLE turn ADD COLUMN waits jsonb;
