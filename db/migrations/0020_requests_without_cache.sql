-- True when the request of a selection asks for no prompt cache, because the money that was left does not pay for writing
-- into one. Selections of the version before always ask.
ALTER TABLE selection ADD COLUMN without_cache boolean NOT NULL DEFAULT false;
