-- The ten versions before the present one of each context document, so that an operator can see what a turn read and put it back.
-- A trigger keeps them, since processes of the version before write documents during a deploy.
CREATE TABLE context_document_version (
  tenant_id   text NOT NULL,
  agent_id    text NOT NULL,
  kind        text NOT NULL,
  name        text NOT NULL,
  version     bigint NOT NULL,
  content     text NOT NULL,
  tokens      integer NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, agent_id, kind, name, version)
);
CALL protect_tenant_rows('context_document_version', 'SELECT, INSERT, DELETE');

CREATE FUNCTION keep_document_versions() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO context_document_version (tenant_id, agent_id, kind, name, version, content, tokens, updated_at)
    VALUES (OLD.tenant_id, OLD.agent_id, OLD.kind, OLD.name, OLD.version, OLD.content, OLD.tokens, OLD.updated_at);
  END IF;
  DELETE FROM context_document_version
   WHERE tenant_id = OLD.tenant_id AND agent_id = OLD.agent_id AND kind = OLD.kind AND name = OLD.name
     AND (TG_OP = 'DELETE' OR version < OLD.version - 9);
  RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION keep_document_versions FROM PUBLIC;

CREATE TRIGGER document_versions AFTER UPDATE OF content OR DELETE ON context_document
  FOR EACH ROW EXECUTE FUNCTION keep_document_versions();
