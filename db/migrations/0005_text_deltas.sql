-- Text of an answer that a model is still writing, for streams that ask for it (docs/adr/0011-text-deltas.md).

-- Null: no stream of this session ever asked. Past: none does now.
ALTER TABLE session ADD COLUMN deltas_wanted_until timestamptz;

-- Rows are there only while their attempt is `dispatched`: they are written under a share lock of its row in
-- model_attempt, and deleted by the transaction that closes it. No foreign key to session: checking it would wait for
-- the lock of the session's row, which stages hold.
CREATE TABLE text_delta (
  session_id  text NOT NULL,
  turn        integer NOT NULL,
  -- Of the turn, counted over its selections.
  attempt     integer NOT NULL,
  -- [start_at, end_at) of the answer's text, in UTF-16 code units.
  start_at    integer NOT NULL,
  end_at      integer NOT NULL,
  tenant_id   text NOT NULL,
  -- Last seq of the log when the attempt was opened: readers show the text behind this event and before the next.
  after_seq   bigint NOT NULL,
  provider    text NOT NULL,
  model       text NOT NULL,
  text        text NOT NULL,
  PRIMARY KEY (session_id, turn, attempt, start_at)
);
