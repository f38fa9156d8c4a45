-- Counts of a prompt that were asked for because the money that is left does not pay for its bytes: one for each model of
-- a session, of its latest turn that asked. `asked`: nobody has answered yet. `counted`: by the provider. `tokenized`: a
-- bound by the tokenizer of the model. `failed`: nobody could say.
CREATE TABLE input_count (
  session_id    text NOT NULL REFERENCES session ON DELETE CASCADE,
  provider      text NOT NULL,
  model         text NOT NULL,
  tenant_id     text NOT NULL,
  turn          integer NOT NULL,
  -- What the prompt shows of the transcript. With the turn, it says which request is counted.
  transcript    jsonb NOT NULL,
  state         text NOT NULL CHECK (state IN ('asked', 'counted', 'tokenized', 'failed')),
  input_tokens  bigint CHECK (input_tokens > 0),
  request_bytes bigint CHECK (request_bytes > 0),
  PRIMARY KEY (session_id, provider, model),
  CHECK ((state IN ('counted', 'tokenized')) = (input_tokens IS NOT NULL AND request_bytes IS NOT NULL))
);
CALL protect_tenant_rows('input_count', 'SELECT, INSERT, UPDATE');
