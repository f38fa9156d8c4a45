-- What a tenant keeps and cannot be counted at each request: its rows may be millions. A tenant keeps the sum of its amounts.
-- Each change adds a row, so that nobody waits for a lock, and workers add rows up (worker/kept-sums.ts). Triggers write them,
-- since processes of the version before keep things during a deploy.
CREATE TABLE tenant_kept (
  tenant_id   text NOT NULL,
  name        text NOT NULL CHECK (name IN ('ended_sessions', 'file_bytes', 'idempotency_keys', 'idempotency_bytes')),
  amount      bigint NOT NULL
);
CREATE INDEX tenant_kept_name ON tenant_kept (tenant_id, name);

ALTER TABLE session NO FORCE ROW LEVEL SECURITY;
ALTER TABLE image NO FORCE ROW LEVEL SECURITY;
ALTER TABLE artifact NO FORCE ROW LEVEL SECURITY;
ALTER TABLE result_file NO FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency_key NO FORCE ROW LEVEL SECURITY;
-- Nothing is kept, and so counted twice or not at all, before the triggers are there.
LOCK TABLE session, image, artifact, result_file, idempotency_key IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO tenant_kept SELECT tenant_id, 'ended_sessions', count(*) FROM session WHERE status = 'ended' GROUP BY tenant_id;
INSERT INTO tenant_kept
SELECT tenant_id, 'file_bytes', sum(bytes) FROM (
  SELECT tenant_id, octet_length(content) AS bytes FROM image
  UNION ALL SELECT tenant_id, octet_length(content) FROM result_file
  UNION ALL SELECT tenant_id, bytes FROM artifact) kept GROUP BY tenant_id;
INSERT INTO tenant_kept SELECT tenant_id, 'idempotency_keys', count(*) FROM idempotency_key GROUP BY tenant_id;
INSERT INTO tenant_kept
SELECT tenant_id, 'idempotency_bytes', sum(octet_length(body)) FROM idempotency_key WHERE body IS NOT NULL GROUP BY tenant_id;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
ALTER TABLE image FORCE ROW LEVEL SECURITY;
ALTER TABLE artifact FORCE ROW LEVEL SECURITY;
ALTER TABLE result_file FORCE ROW LEVEL SECURITY;
ALTER TABLE idempotency_key FORCE ROW LEVEL SECURITY;

CALL protect_tenant_rows('tenant_kept', 'SELECT, INSERT');
CREATE POLICY service_wide ON tenant_kept TO agent_runs_sweeper USING (true);
GRANT SELECT, INSERT, UPDATE (amount), DELETE ON tenant_kept TO agent_runs_sweeper;

CREATE FUNCTION keep_ended_session() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO tenant_kept VALUES (NEW.tenant_id, 'ended_sessions', 1);
  RETURN NULL;
END
$body$;
CREATE TRIGGER kept_ended AFTER UPDATE OF status ON session
  FOR EACH ROW WHEN (OLD.status <> 'ended' AND NEW.status = 'ended') EXECUTE FUNCTION keep_ended_session();

-- The files of a session go with it, as the owner of the tables, who may not write rows of tenants. So they are counted before.
CREATE FUNCTION keep_session_no_more() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO tenant_kept
  SELECT OLD.tenant_id, name, -amount FROM (
    SELECT 'ended_sessions' AS name, (OLD.status = 'ended')::int AS amount
    UNION ALL SELECT 'file_bytes',
      coalesce((SELECT sum(octet_length(content)) FROM image WHERE session_id = OLD.id), 0)
        + coalesce((SELECT sum(octet_length(content)) FROM result_file WHERE session_id = OLD.id), 0)
        + coalesce((SELECT sum(bytes) FROM artifact WHERE session_id = OLD.id), 0)) kept
   WHERE amount <> 0;
  RETURN OLD;
END
$body$;
CREATE TRIGGER kept_no_more BEFORE DELETE ON session FOR EACH ROW EXECUTE FUNCTION keep_session_no_more();

CREATE FUNCTION keep_file() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  INSERT INTO tenant_kept VALUES (NEW.tenant_id, 'file_bytes', octet_length(NEW.content));
  RETURN NULL;
END
$body$;
CREATE TRIGGER kept_bytes AFTER INSERT ON image FOR EACH ROW EXECUTE FUNCTION keep_file();
CREATE TRIGGER kept_bytes AFTER INSERT ON result_file FOR EACH ROW EXECUTE FUNCTION keep_file();
CREATE TRIGGER kept_bytes AFTER INSERT ON artifact FOR EACH ROW EXECUTE FUNCTION keep_file();

CREATE FUNCTION keep_idempotency_key() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  tenant text := CASE WHEN TG_OP = 'DELETE' THEN OLD.tenant_id ELSE NEW.tenant_id END;
  keys integer := 0;
  bytes bigint := 0;
BEGIN
  IF TG_OP <> 'INSERT' THEN
    bytes := -coalesce(octet_length(OLD.body), 0);
  END IF;
  IF TG_OP <> 'DELETE' THEN
    bytes := bytes + coalesce(octet_length(NEW.body), 0);
  END IF;
  keys := CASE TG_OP WHEN 'INSERT' THEN 1 WHEN 'DELETE' THEN -1 ELSE 0 END;
  INSERT INTO tenant_kept
  SELECT tenant, name, amount FROM (VALUES ('idempotency_keys', keys::bigint), ('idempotency_bytes', bytes)) kept (name, amount)
   WHERE amount <> 0;
  RETURN NULL;
END
$body$;
CREATE TRIGGER kept_key AFTER INSERT OR DELETE OR UPDATE OF body ON idempotency_key
  FOR EACH ROW EXECUTE FUNCTION keep_idempotency_key();
REVOKE ALL ON FUNCTION keep_ended_session, keep_session_no_more, keep_file, keep_idempotency_key FROM PUBLIC;
