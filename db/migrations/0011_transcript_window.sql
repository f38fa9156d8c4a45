-- How long prompts and answers may be, for an agent and for a run. Null: as long as the model allows. A run keeps what it
-- was started with; its agent's values are taken at its start.
ALTER TABLE agent
  ADD COLUMN context_tokens integer CHECK (context_tokens > 0),
  ADD COLUMN max_output_tokens integer CHECK (max_output_tokens > 0);
ALTER TABLE session
  ADD COLUMN context_tokens integer CHECK (context_tokens > 0),
  ADD COLUMN max_output_tokens integer CHECK (max_output_tokens > 0);

-- What the messages and the results of a turn take in a prompt when each is cut, for every length they may be cut to
-- (domain/text-cut.ts): [[tokens, bytes], …]. Null where none is long enough to be cut.
ALTER TABLE turn
  ADD COLUMN input_levels jsonb,
  ADD COLUMN results_levels jsonb;
-- Where a long result is cut, for every length: [[characters of the beginning, of the end, tokens, bytes], …].
ALTER TABLE tool_call ADD COLUMN cuts jsonb;
-- What the selected model is sent of the transcript. Null: a process of the version before selected it.
ALTER TABLE selection
  ADD COLUMN prompt_tokens integer,
  ADD COLUMN transcript jsonb;

-- Prompts that a model refused as too long, in tokens of ours: shorter ones are sent from then on.
CREATE TABLE context_limit (
  tenant_id   text NOT NULL,
  provider    text NOT NULL,
  model       text NOT NULL,
  tokens      integer NOT NULL CHECK (tokens > 0),
  learned_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, provider, model)
);

CALL protect_tenant_rows('context_limit', 'SELECT, INSERT, UPDATE');
