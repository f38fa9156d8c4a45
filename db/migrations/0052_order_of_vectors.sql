-- The latest facts of an agent are read in the order of an index of its own collation. In the order of the primary key, Postgres
-- might read the facts of all tenants, the latest first, in search of those of an agent that has few.
DROP INDEX memory_vector_of_agent;
CREATE INDEX memory_vector_of_agent ON memory_vector (tenant_id, agent_id, space, entry_id COLLATE "C");

-- The facts whose vectors are closest to the given one, the closest first. They are facts of one agent and shared ones, or with
-- a null agent those of all agents, and of them the 20,000 latest. The 200 whose signs agree best are compared exactly. Without
-- the extension there are none.
-- An index over vectors (HNSW) would serve all tenants at once: a search would find the neighbours among all facts, and the
-- policy would leave few of them, or none, to the tenant that asks.
CREATE OR REPLACE FUNCTION nearest_facts(tenant text, agent text, asked_space text, asked_signs bit varying, asked_vector real[], most integer)
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
              ORDER BY entry_id COLLATE "C" DESC LIMIT 20000)
            UNION ALL
            (SELECT entry_id, signs, vector FROM memory_vector WHERE tenant_id = $1 AND agent_id = '''' AND space = $3
              ORDER BY entry_id COLLATE "C" DESC LIMIT 20000)'
    END) USING tenant, agent, asked_space, asked_signs, asked_vector, most;
END
$body$;
