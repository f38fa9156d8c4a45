-- The guardrails that an agent has beside those of its tenant, in the form of tenant.guardrails.
ALTER TABLE agent ADD COLUMN guardrails jsonb NOT NULL DEFAULT '{}';
