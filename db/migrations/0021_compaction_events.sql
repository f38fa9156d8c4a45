-- A summary is also an event, session.compacted, for clients that ask for it. It takes no seq of the log: it belongs behind the
-- event `after_seq`, which was the last one when the summary was stored, and in front of the next. `number` counts the summaries
-- of a session from 1. Null: a process of the version before stored the summary, and there is no event of it.
ALTER TABLE session_summary
  ADD COLUMN number     integer CHECK (number > 0),
  ADD COLUMN after_seq  bigint CHECK (after_seq > 0),
  ADD COLUMN event      json,
  ADD CONSTRAINT session_summary_number_key UNIQUE (session_id, number);
