-- I8 in the database: who runs migrations owns the tables, the services take roles that own nothing and can't log in.
-- Roles belong to the cluster: other databases in it may have made them, or may be making them right now.

DO $roles$
DECLARE
  needed text;
  is_16 constant boolean := current_setting('server_version_num')::int >= 160000;
BEGIN
  FOREACH needed IN ARRAY ARRAY['agent_runs_service', 'agent_runs_sweeper'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = needed) THEN
      BEGIN
        EXECUTE format('CREATE ROLE %I NOLOGIN', needed);
      EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
        WHEN insufficient_privilege THEN
          RAISE EXCEPTION USING
            ERRCODE = 'insufficient_privilege',
            MESSAGE = format('The user %I may not create roles; as one who may, run: CREATE ROLE agent_runs_service NOLOGIN; '
                             'CREATE ROLE agent_runs_sweeper NOLOGIN; GRANT agent_runs_service, agent_runs_sweeper TO %I%s; '
                             'Then migrate again.', current_user, current_user, CASE WHEN is_16 THEN ' WITH INHERIT FALSE' END);
      END;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = needed AND (rolcanlogin OR rolsuper OR rolbypassrls)) THEN
      RAISE EXCEPTION 'The role % must be NOLOGIN, NOSUPERUSER and NOBYPASSRLS; as one who may, run: ALTER ROLE % NOLOGIN NOSUPERUSER NOBYPASSRLS;',
        needed, needed;
    END IF;
    -- So that the services may connect as this user. Where it may not be granted here, their first transaction says what to run.
    IF NOT pg_has_role(current_user, needed, CASE WHEN is_16 THEN 'SET' ELSE 'MEMBER' END) THEN
      BEGIN
        -- Not inherited, where that can be said: who has not taken the role has none of its rights.
        EXECUTE format('GRANT %I TO %I %s', needed, current_user, CASE WHEN is_16 THEN 'WITH INHERIT FALSE, SET TRUE' END);
      EXCEPTION
        WHEN unique_violation OR insufficient_privilege THEN NULL;
      END;
    END IF;
    IF NOT has_schema_privilege(needed, current_schema(), 'USAGE') THEN
      EXECUTE format('GRANT USAGE ON SCHEMA %I TO %I', current_schema(), needed);
    END IF;
  END LOOP;
END
$roles$;

-- Written by the transaction of the effect; the default is for processes of the version before.
ALTER TABLE bundled_effect ADD COLUMN tenant_id text;
UPDATE bundled_effect e SET tenant_id = s.tenant_id FROM session s WHERE s.id = e.session_id;
DELETE FROM bundled_effect WHERE tenant_id IS NULL;
ALTER TABLE bundled_effect
  ALTER COLUMN tenant_id SET NOT NULL,
  ALTER COLUMN tenant_id SET DEFAULT current_setting('agent_runs.tenant_id', true);

-- For every table with a tenant_id, in the migration that makes it: rows are seen and written by transactions of their
-- tenant alone. The setting is text that each transaction sets for itself; one that did not has NULL, or '' where another
-- of its connection did. The comparison is stable, so it can be an index condition and a prepared plan serves all tenants.
CREATE PROCEDURE protect_tenant_rows(protected regclass, privileges text) LANGUAGE plpgsql AS $body$
BEGIN
  EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', protected);
  EXECUTE format('CREATE POLICY own_tenant ON %s TO agent_runs_service
                    USING (tenant_id = nullif(current_setting(''agent_runs.tenant_id'', true), ''''))', protected);
  EXECUTE format('GRANT %s ON %s TO agent_runs_service', privileges, protected);
  -- A session is of one tenant: else the planner takes the policy for a filter that leaves a fraction of a session's rows.
  IF EXISTS (SELECT FROM pg_attribute WHERE attrelid = protected AND attname = 'session_id' AND NOT attisdropped) THEN
    EXECUTE format('CREATE STATISTICS %I (dependencies) ON session_id, tenant_id FROM %s',
      (SELECT relname FROM pg_class WHERE oid = protected) || '_tenant', protected);
  END IF;
END
$body$;
REVOKE ALL ON PROCEDURE protect_tenant_rows FROM PUBLIC;

DO $tables$
DECLARE
  protected regclass;
BEGIN
  FOR protected IN
    SELECT a.attrelid FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id' AND NOT a.attisdropped
     ORDER BY c.relname
  LOOP
    CALL protect_tenant_rows(protected, 'SELECT, INSERT, UPDATE, DELETE');
  END LOOP;
END
$tables$;

ALTER TABLE tenant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tenant TO agent_runs_service
  USING (id = nullif(current_setting('agent_runs.tenant_id', true), ''));
GRANT SELECT, UPDATE (guardrails) ON tenant TO agent_runs_service;

-- What was logged, audited or learned is not rewritten, and bills outlive what they were for. Erasing a session cascades
-- to its rows as the owner of the tables, so the services need no right to delete those.
REVOKE UPDATE, DELETE ON audit_entry, context_block, outcome, session_event FROM agent_runs_service;
REVOKE UPDATE ON bundled_effect FROM agent_runs_service;
REVOKE DELETE ON agent, api_key, budget_account, model_attempt, posterior, selection, session_inbox, tool_call, tool_policy, turn
  FROM agent_runs_service;

-- What concerns all tenants, and nothing else: the key look-up, the inbox bridge, the reconciler, the figures, the sweep of
-- idempotency keys, the making of tenants.
CREATE POLICY service_wide ON tenant TO agent_runs_sweeper USING (true);
CREATE POLICY service_wide ON api_key TO agent_runs_sweeper USING (true);
CREATE POLICY service_wide ON session TO agent_runs_sweeper USING (true);
CREATE POLICY service_wide ON session_inbox TO agent_runs_sweeper USING (true);
CREATE POLICY service_wide ON idempotency_key TO agent_runs_sweeper USING (true);
GRANT SELECT, INSERT ON tenant TO agent_runs_sweeper;
GRANT SELECT, INSERT, UPDATE (last_used_at) ON api_key TO agent_runs_sweeper;
GRANT SELECT, UPDATE (workflow_started_at, reconcile_at, signalled_seq, signal_attempts, next_signal_at) ON session TO agent_runs_sweeper;
GRANT SELECT ON session_inbox TO agent_runs_sweeper;
-- Deleting locks rows first, which takes the right to update one column.
GRANT SELECT, DELETE, UPDATE (lease) ON idempotency_key TO agent_runs_sweeper;
