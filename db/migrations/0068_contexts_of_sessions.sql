-- The documents that a session reads in place of those of its agent (domain/session-context.ts). Their texts are in session_context.
ALTER TABLE session ADD COLUMN context jsonb;
