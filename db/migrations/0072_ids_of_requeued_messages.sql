-- A message that is read again, because an end left it unread or its turn is repeated, has a row of its own. The sender knows it by
-- the id of the first row. Null: this is the first row.
ALTER TABLE session_inbox ADD COLUMN sent_as text;
