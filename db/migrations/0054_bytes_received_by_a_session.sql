-- What models and tool servers sent to the session, decoded. It is added to with each answer, failed request and result of a tool.
ALTER TABLE session ADD COLUMN received_bytes bigint NOT NULL DEFAULT 0 CHECK (received_bytes >= 0);
