-- Facts that differ only in case, blanks and punctuation have the same key (domain/fact-key.ts): noting one again keeps the
-- entry that is there. Null: a version before wrote the entry.
ALTER TABLE memory_entry ADD COLUMN fact_key text;
CREATE INDEX memory_entry_fact ON memory_entry (tenant_id, fact_key);

-- How many input tokens a model reported for one of our own count. The budgets of the context sources are in its tokens.
CREATE TABLE token_ratio (
  tenant_id    text NOT NULL,
  provider     text NOT NULL,
  model        text NOT NULL,
  ratio        double precision NOT NULL CHECK (ratio BETWEEN 0.5 AND 3),
  measured_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, provider, model)
);
CALL protect_tenant_rows('token_ratio', 'SELECT, INSERT, UPDATE');
