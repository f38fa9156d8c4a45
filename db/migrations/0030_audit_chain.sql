-- The audit also notes each decision about a tool call, each dispatch, each outcome and each answer of a person (ADR 23). It
-- keeps ids, hashes and rules, never arguments or results, so erasing a session takes nothing out of the chain.
ALTER TABLE audit_entry
  ADD COLUMN kind text NOT NULL DEFAULT 'change' CHECK (kind IN ('change', 'decision', 'dispatch', 'outcome', 'approval')),
  ADD COLUMN session_id text,
  ADD COLUMN agent_id text,
  -- The name by which models, policies and events know the tool.
  ADD COLUMN tool text,
  ADD COLUMN verdict text CHECK (verdict IN ('allow', 'ask', 'deny'));
CREATE INDEX audit_entry_session ON audit_entry (tenant_id, session_id, created_at DESC) WHERE session_id IS NOT NULL;

-- The chain of a tenant: each link has the SHA-256 of its entry and of the link before. Links are made after the commit of their
-- entries, so that no two sessions of a tenant wait for each other.
CREATE TABLE audit_link (
  tenant_id  text NOT NULL REFERENCES tenant,
  seq        bigint NOT NULL CHECK (seq > 0),
  entry_id   text NOT NULL UNIQUE,
  hash       text NOT NULL CHECK (hash ~ '^[0-9a-f]{64}$'),
  PRIMARY KEY (tenant_id, seq)
);

-- The entries that have no link yet, in the order in which they are linked.
CREATE TABLE audit_unlinked (
  tenant_id   text NOT NULL,
  created_at  timestamptz NOT NULL,
  entry_id    text NOT NULL,
  PRIMARY KEY (tenant_id, created_at, entry_id)
);

-- How long the chain is and how it ends, sealed with the key that is not in the database: whoever deletes links at the end, or
-- computes the hashes of a changed chain anew, cannot make this row.
CREATE TABLE audit_head (
  tenant_id    text NOT NULL REFERENCES tenant,
  id           text NOT NULL DEFAULT 'audit_head',
  sealed_head  bytea NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

-- Entries that were written before this migration are linked first, by the first process of this version that links.
ALTER TABLE audit_entry NO FORCE ROW LEVEL SECURITY;
INSERT INTO audit_unlinked (tenant_id, created_at, entry_id) SELECT tenant_id, created_at, id FROM audit_entry;
ALTER TABLE audit_entry FORCE ROW LEVEL SECURITY;

CREATE FUNCTION date_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  -- Nobody chooses the time of an entry, and two entries of one transaction keep their order.
  NEW.created_at := clock_timestamp();
  RETURN NEW;
END
$body$;
CREATE FUNCTION queue_audit_entries() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO audit_unlinked (tenant_id, created_at, entry_id) SELECT tenant_id, created_at, id FROM written;
  RETURN NULL;
END
$body$;
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = format('%s is append-only', TG_TABLE_NAME);
END
$body$;
REVOKE ALL ON FUNCTION date_audit_entry, queue_audit_entries, refuse_audit_change FROM PUBLIC;

CREATE TRIGGER dated BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION date_audit_entry();
CREATE TRIGGER queued AFTER INSERT ON audit_entry REFERENCING NEW TABLE AS written
  FOR EACH STATEMENT EXECUTE FUNCTION queue_audit_entries();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entry
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_link
  FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();

CALL protect_tenant_rows('audit_link', 'SELECT, INSERT');
CALL protect_tenant_rows('audit_unlinked', 'SELECT, INSERT, DELETE');
CALL protect_tenant_rows('audit_head', 'SELECT, INSERT, UPDATE');
-- Whoever links asks which tenants have entries to link.
CREATE POLICY service_wide ON audit_unlinked TO agent_runs_sweeper USING (true);
GRANT SELECT ON audit_unlinked TO agent_runs_sweeper;
