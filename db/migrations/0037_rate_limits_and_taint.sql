-- How often the tools of a policy may be called, and whether they may change something without a person when output of an
-- external tool is in the conversation. Null: the policy says nothing of it, and a less specific one is asked.
ALTER TABLE tool_policy
  ADD COLUMN rate_limit jsonb,
  ADD COLUMN allow_tainted boolean;

-- The calls that count towards the limit of a policy, for all processes.
CREATE TABLE tool_rate (
  tenant_id text NOT NULL REFERENCES tenant (id),
  policy_id text NOT NULL,
  -- When they were counted, the oldest first, and never more than the limit.
  used timestamptz[] NOT NULL,
  -- How many of those that were asked for last were granted.
  granted integer NOT NULL,
  PRIMARY KEY (tenant_id, policy_id)
);
CALL protect_tenant_rows('tool_rate', 'SELECT, INSERT, UPDATE, DELETE');

-- What has been written with output of an external tool in view, and the session that has read such a text. Output of the
-- session's own calls is not noted here: the calls tell.
ALTER TABLE session ADD COLUMN tainted_by text;
ALTER TABLE memory_entry ADD COLUMN tainted boolean NOT NULL DEFAULT false;
ALTER TABLE context_document ADD COLUMN tainted boolean NOT NULL DEFAULT false;

-- The transaction says whether what it writes is tainted (db/queries/taint.ts). Where it says nothing, a person writes. A text
-- that stays as it was keeps its taint.
CREATE FUNCTION note_taint() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  NEW.tainted := current_setting('agent_runs.tainted', true) IS NOT DISTINCT FROM 'on';
  RETURN NEW;
END
$body$;
REVOKE ALL ON FUNCTION note_taint() FROM PUBLIC;
CREATE TRIGGER new_taint BEFORE INSERT ON memory_entry FOR EACH ROW EXECUTE FUNCTION note_taint();
CREATE TRIGGER changed_taint BEFORE UPDATE ON memory_entry FOR EACH ROW
  WHEN (NEW.fact IS DISTINCT FROM OLD.fact) EXECUTE FUNCTION note_taint();
CREATE TRIGGER new_taint BEFORE INSERT ON context_document FOR EACH ROW EXECUTE FUNCTION note_taint();
CREATE TRIGGER changed_taint BEFORE UPDATE ON context_document FOR EACH ROW
  WHEN (NEW.content IS DISTINCT FROM OLD.content) EXECUTE FUNCTION note_taint();

-- Null: what the release gives. A tenant that has a server already keeps what it had.
ALTER TABLE tenant ADD COLUMN taint text CHECK (taint IN ('ask', 'off'));
GRANT UPDATE (taint) ON tenant TO agent_runs_service;
ALTER TABLE tenant NO FORCE ROW LEVEL SECURITY;
ALTER TABLE mcp_server NO FORCE ROW LEVEL SECURITY;
UPDATE tenant SET taint = 'off' WHERE EXISTS (SELECT FROM mcp_server WHERE mcp_server.tenant_id = tenant.id);
ALTER TABLE mcp_server FORCE ROW LEVEL SECURITY;
ALTER TABLE tenant FORCE ROW LEVEL SECURITY;
