-- Images of users and of tools. A session keeps the same image once: its id is made from the content.
CREATE TABLE image (
  session_id  text NOT NULL REFERENCES session ON DELETE CASCADE,
  id          text NOT NULL,
  tenant_id   text NOT NULL,
  media_type  text NOT NULL CHECK (media_type IN ('image/png', 'image/jpeg', 'image/gif', 'image/webp')),
  width       integer NOT NULL CHECK (width > 0),
  height      integer NOT NULL CHECK (height > 0),
  content     bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, id)
);
-- The formats are compressed already.
ALTER TABLE image ALTER COLUMN content SET STORAGE EXTERNAL;

CALL protect_tenant_rows('image', 'SELECT, INSERT');

-- References to the images of a turn's messages, each with the index of its message, and to those of a result. Null: none.
ALTER TABLE turn ADD COLUMN message_images jsonb;
ALTER TABLE tool_call ADD COLUMN images jsonb;
-- The images of all results of a turn, in call order, once it is closed: only these are shown, because only these are counted.
ALTER TABLE turn ADD COLUMN result_images jsonb;
