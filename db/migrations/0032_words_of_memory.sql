-- Which memory entries and REFERENCE documents concern a conversation is found by words. The words stand in tables of their
-- own, because row-level security keeps an operator that is not leakproof, as @@ is, from being the condition of an index.
-- Comparing texts is leakproof.

ALTER TABLE tenant ADD COLUMN search_language text NOT NULL DEFAULT 'english';
GRANT UPDATE (search_language) ON tenant TO agent_runs_service;

-- The words of a text as full-text search knows them, the most frequent first. Names of files and the like count as the words
-- that they are made of. Scripts without spaces between words count by characters.
CREATE FUNCTION searched_words(language text, content text, most integer) RETURNS text[]
  LANGUAGE sql STABLE PARALLEL SAFE AS $body$
  SELECT coalesce(array_agg(lexeme ORDER BY place), '{}')
    FROM (SELECT lexeme, row_number() OVER (ORDER BY cardinality(positions) DESC, positions[1], lexeme COLLATE "C") AS place
            FROM unnest(to_tsvector(language::regconfig,
                   regexp_replace(translate(left(content, 65536), './\_-:@#?&=+', '            '),
                                  '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])',
                                  ' \1 ', 'g')))
           WHERE octet_length(lexeme) <= 200) ranked
   WHERE place <= most
$body$;
REVOKE ALL ON FUNCTION searched_words FROM PUBLIC;
GRANT EXECUTE ON FUNCTION searched_words TO agent_runs_service;

-- agent_id is '' for an entry that all agents share.
CREATE TABLE memory_word (
  tenant_id  text NOT NULL,
  agent_id   text NOT NULL,
  word       text COLLATE "C" NOT NULL,
  entry_id   text NOT NULL,
  PRIMARY KEY (tenant_id, word, agent_id, entry_id)
);
CREATE INDEX memory_word_entry ON memory_word (entry_id);
CALL protect_tenant_rows('memory_word', 'SELECT, INSERT, DELETE');

CREATE TABLE document_word (
  tenant_id  text NOT NULL,
  agent_id   text NOT NULL,
  kind       text NOT NULL,
  name       text NOT NULL,
  word       text COLLATE "C" NOT NULL,
  PRIMARY KEY (tenant_id, agent_id, kind, word, name)
);
CREATE INDEX document_word_document ON document_word (tenant_id, agent_id, kind, name);
CALL protect_tenant_rows('document_word', 'SELECT, INSERT, DELETE');

-- Triggers keep the words, since processes of the version before write entries and documents during a deploy. A foreign key
-- would be checked for each word, which takes longer than all else.
CREATE FUNCTION keep_memory_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM memory_word WHERE entry_id = OLD.id;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN NULL; END IF;
  INSERT INTO memory_word (tenant_id, agent_id, word, entry_id)
  SELECT NEW.tenant_id, coalesce(NEW.agent_id, ''), word, NEW.id
    FROM unnest(searched_words(coalesce((SELECT search_language FROM tenant WHERE id = NEW.tenant_id), 'english'),
                               NEW.fact, 300)) AS word;
  RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION keep_memory_words FROM PUBLIC;

CREATE FUNCTION keep_document_words() RETURNS trigger LANGUAGE plpgsql AS $body$
BEGIN
  IF TG_OP <> 'INSERT' THEN
    DELETE FROM document_word
     WHERE tenant_id = OLD.tenant_id AND agent_id = OLD.agent_id AND kind = OLD.kind AND name = OLD.name;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN NULL; END IF;
  INSERT INTO document_word (tenant_id, agent_id, kind, name, word)
  SELECT NEW.tenant_id, NEW.agent_id, NEW.kind, NEW.name, word
    FROM unnest(searched_words(coalesce((SELECT search_language FROM tenant WHERE id = NEW.tenant_id), 'english'),
                               NEW.name || ' ' || NEW.content, 200)) AS word;
  RETURN NULL;
END
$body$;
REVOKE ALL ON FUNCTION keep_document_words FROM PUBLIC;

CREATE TRIGGER memory_words_of_new AFTER INSERT OR DELETE ON memory_entry
  FOR EACH ROW EXECUTE FUNCTION keep_memory_words();
CREATE TRIGGER memory_words_of_changed AFTER UPDATE OF fact, agent_id ON memory_entry
  FOR EACH ROW WHEN (OLD.fact IS DISTINCT FROM NEW.fact OR OLD.agent_id IS DISTINCT FROM NEW.agent_id)
  EXECUTE FUNCTION keep_memory_words();
CREATE TRIGGER document_words_of_new AFTER INSERT ON context_document
  FOR EACH ROW WHEN (NEW.kind = 'reference') EXECUTE FUNCTION keep_document_words();
CREATE TRIGGER document_words_of_deleted AFTER DELETE ON context_document
  FOR EACH ROW WHEN (OLD.kind = 'reference') EXECUTE FUNCTION keep_document_words();
CREATE TRIGGER document_words_of_changed AFTER UPDATE OF content ON context_document
  FOR EACH ROW WHEN (NEW.kind = 'reference' AND OLD.content IS DISTINCT FROM NEW.content)
  EXECUTE FUNCTION keep_document_words();

-- What a turn reads of the memory: governance, what is pinned, and what changed last.
CREATE INDEX memory_entry_changed ON memory_entry (tenant_id, agent_id, updated_at DESC);
CREATE INDEX memory_entry_governance ON memory_entry (tenant_id, agent_id, updated_at DESC) WHERE block = 'system';
CREATE INDEX memory_entry_pinned ON memory_entry (tenant_id, agent_id, updated_at DESC) WHERE pinned;
DROP INDEX memory_entry_agent;

-- The files that a session's calls of the bundled workspace named.
CREATE INDEX tool_call_workspace ON tool_call (session_id, turn DESC) WHERE server_id = 'workspace';

-- An owner who is no superuser sees no rows otherwise.
ALTER TABLE memory_entry NO FORCE ROW LEVEL SECURITY;
ALTER TABLE context_document NO FORCE ROW LEVEL SECURITY;
ALTER TABLE memory_word NO FORCE ROW LEVEL SECURITY;
ALTER TABLE document_word NO FORCE ROW LEVEL SECURITY;
INSERT INTO memory_word (tenant_id, agent_id, word, entry_id)
SELECT tenant_id, coalesce(agent_id, ''), word, id
  FROM memory_entry CROSS JOIN LATERAL unnest(searched_words('english', fact, 300)) AS word;
INSERT INTO document_word (tenant_id, agent_id, kind, name, word)
SELECT tenant_id, agent_id, kind, name, word
  FROM context_document CROSS JOIN LATERAL unnest(searched_words('english', name || ' ' || content, 200)) AS word
 WHERE kind = 'reference';
ALTER TABLE memory_entry FORCE ROW LEVEL SECURITY;
ALTER TABLE context_document FORCE ROW LEVEL SECURITY;
ALTER TABLE memory_word FORCE ROW LEVEL SECURITY;
ALTER TABLE document_word FORCE ROW LEVEL SECURITY;
