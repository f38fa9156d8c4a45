-- Sounds and other files of tool results. A session keeps the same file once: its id is made from the content.
CREATE TABLE result_file (
  session_id  text NOT NULL REFERENCES session ON DELETE CASCADE,
  id          text NOT NULL,
  tenant_id   text NOT NULL,
  media_type  text NOT NULL,
  content     bytea NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, id)
);
-- Most formats are compressed already.
ALTER TABLE result_file ALTER COLUMN content SET STORAGE EXTERNAL;

CALL protect_tenant_rows('result_file', 'SELECT, INSERT');
