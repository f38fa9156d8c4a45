-- Who may do what: tenants, their keys, agents, providers, MCP servers, policies.

CREATE TABLE tenant (
  id          text PRIMARY KEY,
  name        text NOT NULL,
  -- {"blocked_phrases": [...], "redact_secrets": true}
  guardrails  jsonb NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_key (
  id            text PRIMARY KEY,
  tenant_id     text NOT NULL REFERENCES tenant,
  name          text NOT NULL DEFAULT '',
  key_sha256    bytea NOT NULL UNIQUE,
  shown_prefix  text NOT NULL,
  scopes        text[] NOT NULL,
  expires_at    timestamptz,
  revoked_at    timestamptz,
  last_used_at  timestamptz,
  created_at    timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX api_key_tenant ON api_key (tenant_id, created_at DESC);

CREATE TABLE agent (
  tenant_id          text NOT NULL REFERENCES tenant,
  agent_id           text NOT NULL,
  display_name       text NOT NULL,
  department         text,
  role               text NOT NULL DEFAULT 'agent',
  lifecycle_state    text NOT NULL DEFAULT 'active' CHECK (lifecycle_state IN ('active', 'suspended', 'terminated')),
  -- Null: no daily cap.
  budget_daily_nano  bigint CHECK (budget_daily_nano >= 0),
  metadata           jsonb NOT NULL DEFAULT '{}',
  created_at         timestamptz NOT NULL DEFAULT now(),
  updated_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, agent_id)
);

CREATE TABLE provider (
  id          text PRIMARY KEY,
  tenant_id   text NOT NULL REFERENCES tenant,
  -- A kind of the catalog: anthropic, openai, google, openai-compatible, simulated.
  kind        text NOT NULL,
  name        text NOT NULL,
  base_url    text,
  -- AES-256-GCM, bound to (tenant_id, id). Null where the provider needs no key.
  sealed_key  bytea,
  key_hint    text,
  models      jsonb,
  source      text NOT NULL DEFAULT 'api' CHECK (source IN ('api', 'environment', 'embedded')),
  created_at  timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);

-- Circuit of a model at a provider: closed while no row, or open_until is past.
CREATE TABLE circuit (
  tenant_id   text NOT NULL REFERENCES tenant,
  provider    text NOT NULL,
  model       text NOT NULL,
  failures    integer NOT NULL,
  open_until  timestamptz NOT NULL,
  last_type   text NOT NULL,
  PRIMARY KEY (tenant_id, provider, model)
);

CREATE TABLE mcp_server (
  id             text PRIMARY KEY,
  tenant_id      text NOT NULL REFERENCES tenant,
  name           text NOT NULL,
  transport      text NOT NULL CHECK (transport IN ('stdio', 'streamable-http', 'sse')),
  url            text,
  command        text,
  args           jsonb NOT NULL DEFAULT '[]',
  sealed_auth    bytea,
  -- Pinned definitions: [{name, description, inputSchema, hash}]; null until discovered.
  tools          jsonb,
  discovered_at  timestamptz,
  created_at     timestamptz NOT NULL DEFAULT now(),
  UNIQUE (tenant_id, name)
);

-- What annotations cannot be trusted to say. The most specific glob wins (longest, then newest).
CREATE TABLE tool_policy (
  tenant_id          text NOT NULL REFERENCES tenant,
  tool_name          text NOT NULL,
  allowed            boolean NOT NULL DEFAULT true,
  requires_approval  boolean NOT NULL DEFAULT false,
  effect             text NOT NULL DEFAULT 'write' CHECK (effect IN ('read', 'write', 'egress')),
  idempotent         boolean NOT NULL DEFAULT false,
  updated_at         timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, tool_name)
);

CREATE TABLE audit_entry (
  id          text PRIMARY KEY,
  tenant_id   text NOT NULL REFERENCES tenant,
  actor       text NOT NULL,
  action      text NOT NULL,
  target      text NOT NULL,
  detail      jsonb NOT NULL DEFAULT '{}',
  created_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX audit_entry_tenant ON audit_entry (tenant_id, created_at DESC);

-- What an agent reads every turn: SOUL, SKILL, WORKSPACE and REFERENCE documents.
CREATE TABLE context_document (
  tenant_id   text NOT NULL,
  agent_id    text NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('soul', 'skill', 'workspace', 'reference')),
  name        text NOT NULL,
  content     text NOT NULL,
  -- Counted once, when written.
  tokens      integer NOT NULL,
  version     bigint NOT NULL DEFAULT 1,
  updated_at  timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, agent_id, kind, name),
  FOREIGN KEY (tenant_id, agent_id) REFERENCES agent
);

CREATE TABLE memory_entry (
  id          text PRIMARY KEY,
  tenant_id   text NOT NULL REFERENCES tenant,
  -- Null: shared by every agent of the tenant.
  agent_id    text,
  block       text NOT NULL DEFAULT 'general' CHECK (block IN ('human', 'project', 'system', 'general')),
  fact        text NOT NULL,
  tokens      integer NOT NULL,
  pinned      boolean NOT NULL DEFAULT false,
  created_at  timestamptz NOT NULL DEFAULT now(),
  updated_at  timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX memory_entry_agent ON memory_entry (tenant_id, agent_id, created_at DESC);

-- One row per effect of a bundled server, written in the transaction of the effect: the same call again returns the
-- stored result and changes nothing (I5).
CREATE TABLE bundled_effect (
  session_id    text NOT NULL,
  tool_call_id  text NOT NULL,
  result        jsonb NOT NULL,
  created_at    timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (session_id, tool_call_id)
);
