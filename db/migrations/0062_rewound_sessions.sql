-- The turns of its own from which on a session's transcript has all. Of earlier ones it has those that inherited_turns names, with the
-- session itself as their source: the others were taken out of it by a rewind.
ALTER TABLE session ADD COLUMN own_from integer NOT NULL DEFAULT 0 CHECK (own_from >= 0);
