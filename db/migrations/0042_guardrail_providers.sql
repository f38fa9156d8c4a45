-- External services that judge texts. Rules of guardrails name them.
CREATE TABLE guardrail_provider (
  id          text PRIMARY KEY,
  tenant_id   text NOT NULL REFERENCES tenant,
  name        text NOT NULL,
  url         text NOT NULL,
  -- AES-256-GCM, bound to (tenant_id, id). Null where the provider needs no key.
  sealed_key  bytea,
  key_hint    text,
  timeout_ms  int NOT NULL CHECK (timeout_ms BETWEEN 100 AND 30000),
  on_failure  text NOT NULL CHECK (on_failure IN ('open', 'closed')),
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);
CALL protect_tenant_rows('guardrail_provider', 'SELECT, INSERT, UPDATE, DELETE');
