-- How long an answer might have been with more money than was left: one that was cut off before is no finished work.
-- Null: selected by a version that did not keep it.
ALTER TABLE selection ADD COLUMN wanted_tokens integer;
