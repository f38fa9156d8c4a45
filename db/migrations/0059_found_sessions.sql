-- Sessions are found by what they used and by what they failed of. Names and words stand in a table of their own, one row for each
-- of them and session, because row-level security keeps an operator that is not leakproof, as @> and LIKE are, from being the
-- condition of an index. The rows of a name are in the order of the list.
CREATE TABLE session_label (
  tenant_id   text NOT NULL,
  session_id  text NOT NULL,
  -- `arm` is provider/model.
  kind        text NOT NULL CHECK (kind IN ('provider', 'model', 'arm', 'tool', 'metadata_key', 'metadata', 'error_word')),
  value       text COLLATE "C" NOT NULL,
  -- When the session was created.
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (session_id, kind, value)
);
CREATE INDEX session_label_list ON session_label (tenant_id, kind, value, created_at DESC, session_id DESC);
CALL protect_tenant_rows('session_label', 'SELECT, INSERT, DELETE');

-- The cost and the turns of a live session change all the time, and an index over them would make each change dearer. So only what
-- a session has when it ends is indexed; of live sessions there are few.
ALTER TABLE session ADD COLUMN error_code text, ADD COLUMN ended_turns integer, ADD COLUMN ended_cost_nano bigint;

CREATE FUNCTION words_of_error(message text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT coalesce(array_agg(word ORDER BY place), '{}') FROM (
    SELECT word, min(place) AS place
      FROM regexp_split_to_table(lower(left(message, 2000)), '[^[:alnum:]_]+') WITH ORDINALITY AS w (word, place)
     WHERE word <> '' AND octet_length(word) <= 100 GROUP BY word ORDER BY min(place) LIMIT 100) words
$body$;
REVOKE ALL ON FUNCTION words_of_error FROM PUBLIC;
GRANT EXECUTE ON FUNCTION words_of_error TO agent_runs_service;

-- The keys of metadata, and `key=value` where the value is no object and no list. Long ones are left out, and many are cut to fifty.
CREATE FUNCTION labels_of_metadata(metadata jsonb) RETURNS TABLE (kind text, value text)
  LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $body$
  SELECT 'metadata_key', k FROM (SELECT k FROM jsonb_object_keys(metadata) k WHERE octet_length(k) <= 200 ORDER BY k COLLATE "C" LIMIT 50) keys
  UNION ALL
  SELECT 'metadata', k || '=' || v FROM (
    SELECT k, metadata->>k AS v FROM jsonb_object_keys(metadata) k
     WHERE octet_length(k) <= 200 AND jsonb_typeof(metadata->k) IN ('string', 'number', 'boolean')
     ORDER BY k COLLATE "C" LIMIT 50) pairs WHERE octet_length(v) <= 400
$body$;
REVOKE ALL ON FUNCTION labels_of_metadata FROM PUBLIC;
GRANT EXECUTE ON FUNCTION labels_of_metadata TO agent_runs_service;

-- Triggers write all of it, since processes of the version before change sessions during a deploy.
CREATE FUNCTION note_end_of_session() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  run text := 'run:' || NEW.id;
BEGIN
  IF NEW.status <> 'ended' THEN
    NEW.error_code := NULL;
    NEW.ended_turns := NULL;
    NEW.ended_cost_nano := NULL;
    RETURN NEW;
  END IF;
  NEW.error_code := NEW.error->>'code';
  NEW.ended_turns := NEW.turns;
  NEW.ended_cost_nano := coalesce(
    (SELECT spent_nano + excess_nano FROM budget_account WHERE tenant_id = NEW.tenant_id AND account = run),
    NEW.ended_cost_nano, 0);
  RETURN NEW;
END
$body$;
CREATE TRIGGER noted_end BEFORE UPDATE OF status, turns ON session
  FOR EACH ROW WHEN (OLD.status = 'ended' OR NEW.status = 'ended') EXECUTE FUNCTION note_end_of_session();
CREATE TRIGGER noted_new_end BEFORE INSERT ON session
  FOR EACH ROW WHEN (NEW.status = 'ended') EXECUTE FUNCTION note_end_of_session();

CREATE FUNCTION label_session() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM session_label WHERE session_id = OLD.id;
    RETURN NULL;
  END IF;
  IF TG_OP = 'INSERT' OR NEW.metadata <> OLD.metadata THEN
    IF TG_OP = 'UPDATE' THEN
      DELETE FROM session_label WHERE session_id = NEW.id AND kind IN ('metadata_key', 'metadata');
    END IF;
    INSERT INTO session_label (tenant_id, session_id, kind, value, created_at)
    SELECT NEW.tenant_id, NEW.id, l.kind, l.value, NEW.created_at FROM labels_of_metadata(NEW.metadata) l ON CONFLICT DO NOTHING;
  END IF;
  IF TG_OP = 'UPDATE' AND OLD.error IS NOT NULL THEN
    DELETE FROM session_label WHERE session_id = NEW.id AND kind = 'error_word';
  END IF;
  IF NEW.error IS NOT NULL THEN
    INSERT INTO session_label (tenant_id, session_id, kind, value, created_at)
    SELECT NEW.tenant_id, NEW.id, 'error_word', word, NEW.created_at
      FROM unnest(words_of_error(NEW.error->>'message')) AS word ON CONFLICT DO NOTHING;
  END IF;
  RETURN NULL;
END
$body$;
CREATE TRIGGER labels_of_new AFTER INSERT ON session
  FOR EACH ROW WHEN (NEW.metadata <> '{}' OR NEW.error IS NOT NULL) EXECUTE FUNCTION label_session();
CREATE TRIGGER labels_of_changed AFTER UPDATE OF metadata, error ON session
  FOR EACH ROW WHEN (OLD.metadata <> NEW.metadata OR OLD.error IS DISTINCT FROM NEW.error) EXECUTE FUNCTION label_session();
CREATE TRIGGER labels_of_deleted AFTER DELETE ON session FOR EACH ROW EXECUTE FUNCTION label_session();

-- Most turns use what an earlier turn used: then one look-up by key is all.
CREATE FUNCTION label_selection() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  arm text := NEW.provider || '/' || NEW.model;
BEGIN
  PERFORM FROM session_label WHERE session_id = NEW.session_id AND kind = 'arm' AND value = arm;
  IF FOUND THEN RETURN NULL; END IF;
  INSERT INTO session_label (tenant_id, session_id, kind, value, created_at)
  SELECT NEW.tenant_id, NEW.session_id, l.kind, l.value, s.created_at
    FROM session s CROSS JOIN (VALUES ('arm', arm), ('provider', NEW.provider), ('model', NEW.model)) l (kind, value)
   WHERE s.id = NEW.session_id ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$body$;
CREATE TRIGGER labels AFTER INSERT ON selection FOR EACH ROW EXECUTE FUNCTION label_selection();

-- A tool is found by the name that models see, and as server/tool.
CREATE FUNCTION label_tool_call() RETURNS trigger LANGUAGE plpgsql AS $body$
DECLARE
  server text;
BEGIN
  PERFORM FROM session_label WHERE session_id = NEW.session_id AND kind = 'tool' AND value = NEW.tool_name;
  IF FOUND THEN RETURN NULL; END IF;
  server := coalesce((SELECT name FROM mcp_server WHERE id = NEW.server_id), NEW.server_id);
  INSERT INTO session_label (tenant_id, session_id, kind, value, created_at)
  SELECT NEW.tenant_id, NEW.session_id, 'tool', l.value, s.created_at
    FROM session s CROSS JOIN (VALUES (NEW.tool_name), (server || '/' || NEW.server_tool)) l (value)
   WHERE s.id = NEW.session_id ON CONFLICT DO NOTHING;
  RETURN NULL;
END
$body$;
CREATE TRIGGER labels AFTER INSERT ON tool_call FOR EACH ROW EXECUTE FUNCTION label_tool_call();
REVOKE ALL ON FUNCTION note_end_of_session, label_session, label_selection, label_tool_call FROM PUBLIC;

-- An owner who is no superuser sees no rows otherwise.
ALTER TABLE session NO FORCE ROW LEVEL SECURITY;
ALTER TABLE session_label NO FORCE ROW LEVEL SECURITY;
ALTER TABLE selection NO FORCE ROW LEVEL SECURITY;
ALTER TABLE tool_call NO FORCE ROW LEVEL SECURITY;
ALTER TABLE mcp_server NO FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_account NO FORCE ROW LEVEL SECURITY;
UPDATE session s SET error_code = error->>'code', ended_turns = turns,
       ended_cost_nano = coalesce((SELECT spent_nano + excess_nano FROM budget_account b
                                    WHERE b.tenant_id = s.tenant_id AND b.account = 'run:' || s.id), 0)
 WHERE status = 'ended';
INSERT INTO session_label (tenant_id, session_id, kind, value, created_at)
SELECT s.tenant_id, s.id, l.kind, l.value, s.created_at FROM session s CROSS JOIN LATERAL labels_of_metadata(s.metadata) l
UNION SELECT s.tenant_id, s.id, 'error_word', word, s.created_at
  FROM session s CROSS JOIN LATERAL unnest(words_of_error(s.error->>'message')) word WHERE s.error IS NOT NULL
UNION SELECT s.tenant_id, s.id, l.kind, l.value, s.created_at
  FROM selection x JOIN session s ON s.id = x.session_id
 CROSS JOIN LATERAL (VALUES ('arm', x.provider || '/' || x.model), ('provider', x.provider), ('model', x.model)) l (kind, value)
UNION SELECT s.tenant_id, s.id, 'tool', l.value, s.created_at
  FROM tool_call c JOIN session s ON s.id = c.session_id LEFT JOIN mcp_server m ON m.id = c.server_id
 CROSS JOIN LATERAL (VALUES (c.tool_name), (coalesce(m.name, c.server_id) || '/' || c.server_tool)) l (value)
ON CONFLICT DO NOTHING;
ALTER TABLE session FORCE ROW LEVEL SECURITY;
ALTER TABLE session_label FORCE ROW LEVEL SECURITY;
ALTER TABLE selection FORCE ROW LEVEL SECURITY;
ALTER TABLE tool_call FORCE ROW LEVEL SECURITY;
ALTER TABLE mcp_server FORCE ROW LEVEL SECURITY;
ALTER TABLE budget_account FORCE ROW LEVEL SECURITY;

CREATE INDEX session_by_reason ON session (tenant_id, end_reason, created_at DESC, id DESC) WHERE end_reason IS NOT NULL;
CREATE INDEX session_by_error ON session (tenant_id, error_code, created_at DESC, id DESC) WHERE error_code IS NOT NULL;
CREATE INDEX session_by_end ON session (tenant_id, ended_at DESC, id DESC) WHERE status = 'ended';
CREATE INDEX session_by_cost ON session (tenant_id, ended_cost_nano DESC, id DESC) WHERE status = 'ended';
CREATE INDEX session_by_turns ON session (tenant_id, ended_turns DESC, id DESC) WHERE status = 'ended';
