-- The session that a session replays, and how (domain/session-replay.ts).
ALTER TABLE session ADD COLUMN replay jsonb;
-- True for a request that another session had made: nothing was paid for it here, and it is in nobody's bill.
ALTER TABLE model_attempt ADD COLUMN recorded boolean NOT NULL DEFAULT false;
