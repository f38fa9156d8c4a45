-- A policy has an id, and may be for one agent or one department. A process of the version before goes on writing policies of
-- the tenant under their glob. `tool_name` is the key of a row: the glob in a policy of the tenant, and otherwise the scope
-- and the glob. No name of a tool matches such a key, so the version before takes no notice of the row. The owner of the
-- tables, who may be no superuser, checks the rows of all tenants against the foreign key.
ALTER TABLE tool_policy NO FORCE ROW LEVEL SECURITY;
ALTER TABLE agent NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tool_policy
  ADD COLUMN id text NOT NULL DEFAULT 'pol_' || left(replace(gen_random_uuid()::text, '-', ''), 26),
  ADD COLUMN glob text,
  ADD COLUMN agent_id text,
  ADD COLUMN department text,
  -- What was written before names tools as models see them, and keeps that meaning.
  ADD COLUMN matched_names text NOT NULL DEFAULT 'model' CHECK (matched_names IN ('any', 'model')),
  -- False: the policy says nothing of it, and a less specific one is asked.
  ADD COLUMN effect_stated boolean NOT NULL DEFAULT true,
  ADD COLUMN idempotent_stated boolean NOT NULL DEFAULT true,
  ADD CONSTRAINT tool_policy_id UNIQUE (tenant_id, id),
  ADD CONSTRAINT tool_policy_agent FOREIGN KEY (tenant_id, agent_id) REFERENCES agent (tenant_id, agent_id),
  ADD CONSTRAINT tool_policy_scope CHECK (agent_id IS NULL OR department IS NULL);
ALTER TABLE agent FORCE ROW LEVEL SECURITY;
ALTER TABLE tool_policy FORCE ROW LEVEL SECURITY;
GRANT DELETE ON tool_policy TO agent_runs_service;

-- What a tool meets that no policy names. Null: what the release gives. A tenant that has a server already keeps what it had.
ALTER TABLE tenant ADD COLUMN unknown_tools text CHECK (unknown_tools IN ('allow', 'ask', 'deny'));
GRANT UPDATE (unknown_tools) ON tenant TO agent_runs_service;
ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY;
ALTER TABLE mcp_server NO FORCE ROW LEVEL SECURITY;
UPDATE tenant SET unknown_tools = 'allow' WHERE EXISTS (SELECT FROM mcp_server WHERE mcp_server.tenant_id = tenant.id);
ALTER TABLE mcp_server FORCE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
