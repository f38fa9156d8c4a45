-- Texts of context sources, stored once a session however many turns read them, and erased with it. context_block, shared by
-- the sessions of a tenant, kept them for ever. Processes of the version before still read and write it: a later version drops it.
CREATE TABLE session_context (
  session_id  text NOT NULL REFERENCES session ON DELETE CASCADE,
  hash        text NOT NULL,
  tenant_id   text NOT NULL,
  text        text NOT NULL,
  created_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, hash)
);

-- An owner who is no superuser sees no rows otherwise.
ALTER TABLE turn NO FORCE ROW LEVEL SECURITY;
ALTER TABLE context_block NO FORCE ROW LEVEL SECURITY;
INSERT INTO session_context (session_id, hash, tenant_id, text, created_at)
SELECT DISTINCT ON (t.session_id, b.hash) t.session_id, b.hash, t.tenant_id, b.text, b.created_at
  FROM turn t
  JOIN context_block b ON b.tenant_id = t.tenant_id AND b.hash IN (t.manifest->>'systemHash', t.manifest->>'volatileHash');
ALTER TABLE turn FORCE ROW LEVEL SECURITY;
ALTER TABLE context_block FORCE ROW LEVEL SECURITY;

CALL protect_tenant_rows('session_context', 'SELECT, INSERT');
