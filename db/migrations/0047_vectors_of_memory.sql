-- Facts are found by their meaning as well, where the installation has an embedding model and the extension "vector". The tables
-- do not need the extension, so the schema is the same with it and without it, and a database that gets it later needs no
-- migration.

-- The space (model and length) in which a worker has given a fact its vector. Null: in none. A fact with a space and without a
-- row in memory_vector was refused by the model. No worker takes up a fact before vector_due_at, because another one has it.
ALTER TABLE memory_entry
  ADD COLUMN vector_space text,
  ADD COLUMN vector_due_at timestamptz NOT NULL DEFAULT '-infinity';
CREATE INDEX memory_entry_vector ON memory_entry (tenant_id, vector_space);
-- A worker sees which tenants have facts without a vector, and nothing of the facts.
CREATE POLICY service_wide ON memory_entry TO agent_runs_sweeper USING (true);
GRANT SELECT (tenant_id, vector_space, vector_due_at) ON memory_entry TO agent_runs_sweeper;

-- agent_id is '' for an entry that all agents share.
CREATE TABLE memory_vector (
  entry_id   text PRIMARY KEY REFERENCES memory_entry ON DELETE CASCADE,
  tenant_id  text NOT NULL,
  agent_id   text NOT NULL,
  space      text NOT NULL,
  -- The signs of the vector, a bit each. They are a few hundred bytes, so a search reads them for ten thousand facts.
  signs      bit varying NOT NULL,
  vector     real[] NOT NULL,
  CHECK (length(signs) = cardinality(vector))
);
-- Numbers of a vector do not compress, and no plan depends on them: to count them would take ANALYZE seconds.
ALTER TABLE memory_vector ALTER COLUMN vector SET STORAGE EXTERNAL, ALTER COLUMN vector SET STATISTICS 0;
CREATE INDEX memory_vector_of_agent ON memory_vector (tenant_id, agent_id, space, entry_id);
CALL protect_tenant_rows('memory_vector', 'SELECT, INSERT, UPDATE, DELETE');

-- The vectors of the texts that a session asks its memory about, each under the hash of its text.
CREATE TABLE query_vector (
  session_id  text NOT NULL REFERENCES session ON DELETE CASCADE,
  text_hash   text NOT NULL,
  tenant_id   text NOT NULL,
  space       text NOT NULL,
  -- The similarity of unrelated sentences in this space.
  unrelated   double precision NOT NULL,
  signs       bit varying NOT NULL,
  vector      real[] NOT NULL,
  asked_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, text_hash)
);
ALTER TABLE query_vector ALTER COLUMN vector SET STORAGE EXTERNAL, ALTER COLUMN vector SET STATISTICS 0;
CALL protect_tenant_rows('query_vector', 'SELECT, INSERT, UPDATE, DELETE');

-- Processes of the version before change facts as well during a deploy.
CREATE FUNCTION forget_memory_vector() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  DELETE FROM memory_vector WHERE entry_id = OLD.id;
  NEW.vector_space := NULL;
  NEW.vector_due_at := '-infinity';
  RETURN NEW;
END
$body$;
REVOKE ALL ON FUNCTION forget_memory_vector FROM PUBLIC;
CREATE TRIGGER memory_vector_of_changed BEFORE UPDATE OF fact, agent_id ON memory_entry
  FOR EACH ROW WHEN (OLD.fact IS DISTINCT FROM NEW.fact OR OLD.agent_id IS DISTINCT FROM NEW.agent_id)
  EXECUTE FUNCTION forget_memory_vector();

-- The facts whose vectors are closest to the given one, the closest first. They are facts of one agent and shared ones, or with
-- a null agent those of all agents, and of them the 20,000 latest. The 200 whose signs agree best are compared exactly. Without
-- the extension there are none.
-- An index over vectors (HNSW) would serve all tenants at once: a search would find the neighbours among all facts, and the
-- policy would leave few of them, or none, to the tenant that asks.
CREATE FUNCTION nearest_facts(tenant text, agent text, asked_space text, asked_signs bit varying, asked_vector real[], most integer)
  RETURNS TABLE (id text, similarity double precision) LANGUAGE plpgsql STABLE AS $body$
DECLARE
  home constant text := (SELECT n.nspname FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
                          WHERE e.extname = 'vector' AND has_schema_privilege(n.oid, 'USAGE'));
BEGIN
  IF home IS NULL THEN RETURN; END IF;
  RETURN QUERY EXECUTE format(
    'WITH listed AS (%2$s), candidate AS (
       SELECT entry_id, vector FROM listed ORDER BY bit_count(signs # $4) LIMIT 200
     )
     SELECT entry_id, 1 - (vector::%1$I.vector OPERATOR(%1$I.<=>) $5::%1$I.vector) AS similarity
       FROM candidate ORDER BY 2 DESC LIMIT $6',
    home,
    CASE WHEN agent IS NULL
      THEN 'SELECT entry_id, signs, vector FROM memory_vector WHERE tenant_id = $1 AND space = $3 LIMIT 20000'
      ELSE '(SELECT entry_id, signs, vector FROM memory_vector WHERE tenant_id = $1 AND agent_id = $2 AND space = $3
              ORDER BY entry_id DESC LIMIT 20000)
            UNION ALL
            (SELECT entry_id, signs, vector FROM memory_vector WHERE tenant_id = $1 AND agent_id = '''' AND space = $3
              ORDER BY entry_id DESC LIMIT 20000)'
    END) USING tenant, agent, asked_space, asked_signs, asked_vector, most;
END
$body$;
REVOKE ALL ON FUNCTION nearest_facts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION nearest_facts TO agent_runs_service;
