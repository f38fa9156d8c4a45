-- The request that started a session, so that log lines about the session can name it.
ALTER TABLE session ADD COLUMN request_id text;

-- The request and the API key that a message came with, so that the end of an interrupted session can name who did it.
ALTER TABLE session_inbox ADD COLUMN request_id text;
ALTER TABLE session_inbox ADD COLUMN api_key_id text;
