-- What an agent has beside the guardrails of its tenant, in the form of tenant.guardrails.
ALTER TABLE agent ADD COLUMN guardrails jsonb NOT NULL DEFAULT '{}';
