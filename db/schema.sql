-- The schema that the 72 migrations up to 0072_ids_of_requeued_messages.sql make, to be read and compared.
-- `npm run schema` writes it. Databases are made by the migrations, which also make the roles.

CREATE TABLE agent (
  tenant_id text NOT NULL,
  agent_id text NOT NULL,
  display_name text NOT NULL,
  department text,
  role text DEFAULT 'agent'::text NOT NULL,
  lifecycle_state text DEFAULT 'active'::text NOT NULL,
  budget_daily_nano bigint,
  metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  context_tokens integer,
  max_output_tokens integer,
  on_budget text,
  guardrails jsonb DEFAULT '{}'::jsonb NOT NULL,
  approval_timeout_ms bigint,
  paused_at timestamp with time zone,
  paused_by text,
  CONSTRAINT agent_pkey PRIMARY KEY (tenant_id, agent_id),
  CONSTRAINT agent_approval_timeout_ms_check CHECK ((approval_timeout_ms > 0)),
  CONSTRAINT agent_budget_daily_nano_check CHECK ((budget_daily_nano >= 0)),
  CONSTRAINT agent_context_tokens_check CHECK ((context_tokens > 0)),
  CONSTRAINT agent_lifecycle_state_check CHECK ((lifecycle_state = ANY (ARRAY['active'::text, 'suspended'::text, 'terminated'::text]))),
  CONSTRAINT agent_max_output_tokens_check CHECK ((max_output_tokens > 0)),
  CONSTRAINT agent_on_budget_check CHECK ((on_budget = ANY (ARRAY['stop'::text, 'ask'::text, 'downgrade'::text])))
);
ALTER TABLE agent ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON agent AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON agent TO agent_runs_service;

CREATE TABLE api_key (
  id text NOT NULL,
  tenant_id text NOT NULL,
  name text DEFAULT ''::text NOT NULL,
  key_sha256 bytea NOT NULL,
  shown_prefix text NOT NULL,
  scopes text[] NOT NULL,
  expires_at timestamp with time zone,
  revoked_at timestamp with time zone,
  last_used_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT api_key_pkey PRIMARY KEY (id),
  CONSTRAINT api_key_key_sha256_key UNIQUE (key_sha256)
);
CREATE INDEX api_key_tenant ON public.api_key USING btree (tenant_id, created_at DESC);
ALTER TABLE api_key ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON api_key AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON api_key AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT INSERT, SELECT, UPDATE ON api_key TO agent_runs_service;
GRANT INSERT, SELECT, UPDATE (last_used_at) ON api_key TO agent_runs_sweeper;

CREATE TABLE artifact (
  session_id text NOT NULL,
  id text NOT NULL,
  tenant_id text NOT NULL,
  tool_call_id text NOT NULL,
  bytes integer NOT NULL,
  content text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT artifact_pkey PRIMARY KEY (session_id, id),
  CONSTRAINT artifact_session_id_tool_call_id_key UNIQUE (session_id, tool_call_id)
);
CREATE STATISTICS public.artifact_tenant (dependencies) ON session_id, tenant_id FROM artifact;
ALTER TABLE artifact ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON artifact AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON artifact TO agent_runs_service;

CREATE TABLE audit_entry (
  id text NOT NULL,
  tenant_id text NOT NULL,
  actor text NOT NULL,
  action text NOT NULL,
  target text NOT NULL,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  kind text DEFAULT 'change'::text NOT NULL,
  session_id text,
  agent_id text,
  tool text,
  verdict text,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (id),
  CONSTRAINT audit_entry_kind_check CHECK ((kind = ANY (ARRAY['change'::text, 'decision'::text, 'dispatch'::text, 'outcome'::text, 'approval'::text]))),
  CONSTRAINT audit_entry_verdict_check CHECK ((verdict = ANY (ARRAY['allow'::text, 'ask'::text, 'deny'::text])))
);
CREATE INDEX audit_entry_session ON public.audit_entry USING btree (tenant_id, session_id, created_at DESC) WHERE (session_id IS NOT NULL);
CREATE INDEX audit_entry_tenant ON public.audit_entry USING btree (tenant_id, created_at DESC);
ALTER TABLE audit_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit_entry AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON audit_entry TO agent_runs_service;

CREATE TABLE audit_head (
  tenant_id text NOT NULL,
  id text DEFAULT 'audit_head'::text NOT NULL,
  sealed_head bytea NOT NULL,
  CONSTRAINT audit_head_pkey PRIMARY KEY (tenant_id, id)
);
ALTER TABLE audit_head ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit_head AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON audit_head TO agent_runs_service;

CREATE TABLE audit_link (
  tenant_id text NOT NULL,
  seq bigint NOT NULL,
  entry_id text NOT NULL,
  hash text NOT NULL,
  CONSTRAINT audit_link_pkey PRIMARY KEY (tenant_id, seq),
  CONSTRAINT audit_link_entry_id_key UNIQUE (entry_id),
  CONSTRAINT audit_link_hash_check CHECK ((hash ~ '^[0-9a-f]{64}$'::text)),
  CONSTRAINT audit_link_seq_check CHECK ((seq > 0))
);
ALTER TABLE audit_link ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit_link AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON audit_link TO agent_runs_service;

CREATE TABLE audit_unlinked (
  tenant_id text NOT NULL,
  created_at timestamp with time zone NOT NULL,
  entry_id text NOT NULL,
  CONSTRAINT audit_unlinked_pkey PRIMARY KEY (tenant_id, created_at, entry_id)
);
ALTER TABLE audit_unlinked ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON audit_unlinked AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON audit_unlinked AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT DELETE, INSERT, SELECT ON audit_unlinked TO agent_runs_service;
GRANT SELECT ON audit_unlinked TO agent_runs_sweeper;

CREATE TABLE budget_account (
  tenant_id text NOT NULL,
  account text NOT NULL,
  cap_nano bigint,
  ceiling_nano bigint,
  spent_nano bigint DEFAULT 0 NOT NULL,
  reserved_nano bigint DEFAULT 0 NOT NULL,
  excess_nano bigint DEFAULT 0 NOT NULL,
  warned integer[] DEFAULT '{}'::integer[] NOT NULL,
  CONSTRAINT budget_account_pkey PRIMARY KEY (tenant_id, account),
  CONSTRAINT budget_account_cap_nano_check CHECK ((cap_nano >= 0)),
  CONSTRAINT budget_account_check CHECK ((ceiling_nano >= cap_nano)),
  CONSTRAINT budget_account_excess_nano_check CHECK ((excess_nano >= 0)),
  CONSTRAINT budget_account_reserved_nano_check CHECK ((reserved_nano >= 0)),
  CONSTRAINT budget_account_spent_nano_check CHECK ((spent_nano >= 0)),
  CONSTRAINT cap_holds CHECK (((ceiling_nano IS NULL) OR ((spent_nano + reserved_nano) <= ceiling_nano)))
);
ALTER TABLE budget_account ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON budget_account AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON budget_account TO agent_runs_service;

CREATE TABLE bulk_item (
  job_id text NOT NULL,
  place integer NOT NULL,
  tenant_id text NOT NULL,
  session_id text NOT NULL,
  outcome text,
  code text,
  message text,
  attempts integer DEFAULT 0 NOT NULL,
  due_at timestamp with time zone DEFAULT now() NOT NULL,
  settled_at timestamp with time zone,
  CONSTRAINT bulk_item_pkey PRIMARY KEY (job_id, place),
  CONSTRAINT bulk_item_check CHECK (((outcome IS NULL) = (settled_at IS NULL))),
  CONSTRAINT bulk_item_outcome_check CHECK ((outcome = ANY (ARRAY['done'::text, 'refused'::text, 'failed'::text, 'not_done'::text])))
);
CREATE INDEX bulk_item_pending ON public.bulk_item USING btree (job_id, due_at, place) WHERE (outcome IS NULL);
CREATE STATISTICS public.bulk_item_tenant (dependencies) ON tenant_id, session_id FROM bulk_item;
ALTER TABLE bulk_item ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON bulk_item AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON bulk_item TO agent_runs_service;

CREATE TABLE bulk_job (
  id text NOT NULL,
  tenant_id text NOT NULL,
  api_key_id text NOT NULL,
  request_id text NOT NULL,
  action text NOT NULL,
  options jsonb NOT NULL,
  filter jsonb NOT NULL,
  rate double precision NOT NULL,
  sessions integer NOT NULL,
  estimate jsonb NOT NULL,
  paced_until timestamp with time zone DEFAULT now() NOT NULL,
  look_at timestamp with time zone DEFAULT (now() + '00:00:02'::interval) NOT NULL,
  end_reason text,
  error jsonb,
  counts jsonb,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  ended_at timestamp with time zone,
  CONSTRAINT bulk_job_pkey PRIMARY KEY (id),
  CONSTRAINT bulk_job_action_check CHECK ((action = ANY (ARRAY['retry'::text, 'terminate'::text, 'interrupt'::text, 'pause'::text, 'resume'::text, 'delete'::text]))),
  CONSTRAINT bulk_job_check CHECK (((end_reason IS NULL) = (ended_at IS NULL))),
  CONSTRAINT bulk_job_check1 CHECK (((end_reason IS NULL) = (counts IS NULL))),
  CONSTRAINT bulk_job_end_reason_check CHECK ((end_reason = ANY (ARRAY['completed'::text, 'cancelled'::text, 'failed'::text]))),
  CONSTRAINT bulk_job_rate_check CHECK ((rate > (0)::double precision)),
  CONSTRAINT bulk_job_sessions_check CHECK ((sessions >= 0))
);
CREATE INDEX bulk_job_api_key ON public.bulk_job USING btree (api_key_id);
CREATE INDEX bulk_job_listed ON public.bulk_job USING btree (tenant_id, created_at DESC, id DESC);
CREATE INDEX bulk_job_looked_at ON public.bulk_job USING btree (look_at) WHERE (end_reason IS NULL);
ALTER TABLE bulk_job ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON bulk_job AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON bulk_job AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT DELETE, INSERT, SELECT, UPDATE ON bulk_job TO agent_runs_service;
GRANT SELECT (end_reason, id, look_at, tenant_id), UPDATE (look_at) ON bulk_job TO agent_runs_sweeper;

CREATE TABLE bundled_effect (
  session_id text NOT NULL,
  tool_call_id text NOT NULL,
  result jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  tenant_id text DEFAULT current_setting('agent_runs.tenant_id'::text, true) NOT NULL,
  CONSTRAINT bundled_effect_pkey PRIMARY KEY (session_id, tool_call_id)
);
CREATE STATISTICS public.bundled_effect_tenant (dependencies) ON session_id, tenant_id FROM bundled_effect;
ALTER TABLE bundled_effect ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON bundled_effect AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT ON bundled_effect TO agent_runs_service;

CREATE TABLE circuit (
  tenant_id text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  failures integer NOT NULL,
  open_until timestamp with time zone NOT NULL,
  last_type text NOT NULL,
  connection text,
  last_failure jsonb,
  CONSTRAINT circuit_pkey PRIMARY KEY (tenant_id, provider, model)
);
ALTER TABLE circuit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON circuit AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON circuit TO agent_runs_service;

CREATE TABLE context_block (
  tenant_id text NOT NULL,
  hash text NOT NULL,
  text text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT context_block_pkey PRIMARY KEY (tenant_id, hash)
);
ALTER TABLE context_block ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON context_block AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON context_block TO agent_runs_service;

CREATE TABLE context_document (
  tenant_id text NOT NULL,
  agent_id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  content text NOT NULL,
  tokens integer NOT NULL,
  version bigint DEFAULT 1 NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  tainted boolean DEFAULT false NOT NULL,
  CONSTRAINT context_document_pkey PRIMARY KEY (tenant_id, agent_id, kind, name),
  CONSTRAINT context_document_kind_check CHECK ((kind = ANY (ARRAY['soul'::text, 'skill'::text, 'workspace'::text, 'reference'::text])))
);
ALTER TABLE context_document ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON context_document AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON context_document TO agent_runs_service;

CREATE TABLE context_document_version (
  tenant_id text NOT NULL,
  agent_id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  version bigint NOT NULL,
  content text NOT NULL,
  tokens integer NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT context_document_version_pkey PRIMARY KEY (tenant_id, agent_id, kind, name, version)
);
ALTER TABLE context_document_version ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON context_document_version AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT ON context_document_version TO agent_runs_service;

CREATE TABLE context_limit (
  tenant_id text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  tokens integer NOT NULL,
  learned_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT context_limit_pkey PRIMARY KEY (tenant_id, provider, model),
  CONSTRAINT context_limit_tokens_check CHECK ((tokens > 0))
);
ALTER TABLE context_limit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON context_limit AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON context_limit TO agent_runs_service;

CREATE TABLE direct_tool_call (
  id text NOT NULL,
  tenant_id text NOT NULL,
  key_id text NOT NULL,
  idempotency_key text,
  request_sha256 text NOT NULL,
  server_id text NOT NULL,
  server_name text NOT NULL,
  server_tool text NOT NULL,
  tool_name text NOT NULL,
  effect text NOT NULL,
  idempotent boolean NOT NULL,
  state text NOT NULL,
  attempt integer DEFAULT 1 NOT NULL,
  reason_code text,
  output text,
  is_error boolean,
  items integer,
  bytes bigint,
  whole text,
  latency_ms integer,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  dispatched_at timestamp with time zone DEFAULT now() NOT NULL,
  finished_at timestamp with time zone,
  CONSTRAINT direct_tool_call_pkey PRIMARY KEY (id),
  CONSTRAINT direct_tool_call_check CHECK (((state = 'dispatched'::text) = (finished_at IS NULL))),
  CONSTRAINT direct_tool_call_check1 CHECK (((finished_at IS NULL) = (output IS NULL))),
  CONSTRAINT direct_tool_call_effect_check CHECK ((effect = ANY (ARRAY['read'::text, 'write'::text, 'egress'::text]))),
  CONSTRAINT direct_tool_call_state_check CHECK ((state = ANY (ARRAY['dispatched'::text, 'succeeded'::text, 'failed'::text, 'unknown'::text]))),
  CONSTRAINT direct_tool_call_tenant_id_idempotency_key_key UNIQUE (tenant_id, idempotency_key)
);
CREATE INDEX direct_tool_call_finished ON public.direct_tool_call USING btree (finished_at) WHERE (finished_at IS NOT NULL);
CREATE INDEX direct_tool_call_open ON public.direct_tool_call USING btree (dispatched_at) WHERE (state = 'dispatched'::text);
ALTER TABLE direct_tool_call ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON direct_tool_call AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON direct_tool_call AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT DELETE, INSERT, SELECT, UPDATE ON direct_tool_call TO agent_runs_service;
GRANT SELECT (dispatched_at, finished_at, id, state, tenant_id) ON direct_tool_call TO agent_runs_sweeper;

CREATE TABLE document_word (
  tenant_id text NOT NULL,
  agent_id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  word text COLLATE "C" NOT NULL,
  CONSTRAINT document_word_pkey PRIMARY KEY (tenant_id, agent_id, kind, word, name)
);
CREATE INDEX document_word_document ON public.document_word USING btree (tenant_id, agent_id, kind, name);
ALTER TABLE document_word ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON document_word AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT ON document_word TO agent_runs_service;

CREATE TABLE guardrail_provider (
  id text NOT NULL,
  tenant_id text NOT NULL,
  name text NOT NULL,
  url text NOT NULL,
  sealed_key bytea,
  key_hint text,
  timeout_ms integer NOT NULL,
  on_failure text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT guardrail_provider_pkey PRIMARY KEY (id),
  CONSTRAINT guardrail_provider_on_failure_check CHECK ((on_failure = ANY (ARRAY['open'::text, 'closed'::text]))),
  CONSTRAINT guardrail_provider_tenant_id_name_key UNIQUE (tenant_id, name),
  CONSTRAINT guardrail_provider_timeout_ms_check CHECK (((timeout_ms >= 100) AND (timeout_ms <= 30000)))
);
ALTER TABLE guardrail_provider ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON guardrail_provider AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON guardrail_provider TO agent_runs_service;

CREATE TABLE guardrail_verdict (
  session_id text NOT NULL,
  tenant_id text NOT NULL,
  asked text NOT NULL,
  verdict jsonb NOT NULL,
  CONSTRAINT guardrail_verdict_pkey PRIMARY KEY (session_id, asked),
  CONSTRAINT guardrail_verdict_asked_check CHECK ((asked ~ '^[0-9a-f]{64}$'::text))
);
CREATE STATISTICS public.guardrail_verdict_tenant (dependencies) ON session_id, tenant_id FROM guardrail_verdict;
ALTER TABLE guardrail_verdict ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON guardrail_verdict AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT ON guardrail_verdict TO agent_runs_service;

CREATE TABLE idempotency_key (
  tenant_id text NOT NULL,
  key text NOT NULL,
  request_sha256 bytea NOT NULL,
  scope text NOT NULL,
  lease text,
  leased_until timestamp with time zone,
  status integer,
  headers jsonb,
  body text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT idempotency_key_pkey PRIMARY KEY (tenant_id, key),
  CONSTRAINT idempotency_key_check CHECK (((status IS NULL) = (lease IS NOT NULL))),
  CONSTRAINT idempotency_key_check1 CHECK ((num_nulls(lease, leased_until) = ANY (ARRAY[0, 2]))),
  CONSTRAINT idempotency_key_check2 CHECK ((num_nulls(status, headers, body) = ANY (ARRAY[0, 3]))),
  CONSTRAINT idempotency_key_scope_check CHECK ((scope = ANY (ARRAY['admin'::text, 'run'::text, 'read'::text])))
);
CREATE INDEX idempotency_key_age ON public.idempotency_key USING btree (created_at);
ALTER TABLE idempotency_key ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON idempotency_key AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON idempotency_key AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT DELETE, INSERT, SELECT, UPDATE ON idempotency_key TO agent_runs_service;
GRANT DELETE, SELECT, UPDATE (lease) ON idempotency_key TO agent_runs_sweeper;

CREATE TABLE image (
  session_id text NOT NULL,
  id text NOT NULL,
  tenant_id text NOT NULL,
  media_type text NOT NULL,
  width integer NOT NULL,
  height integer NOT NULL,
  content bytea NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT image_pkey PRIMARY KEY (session_id, id),
  CONSTRAINT image_height_check CHECK ((height > 0)),
  CONSTRAINT image_media_type_check CHECK ((media_type = ANY (ARRAY['image/png'::text, 'image/jpeg'::text, 'image/gif'::text, 'image/webp'::text]))),
  CONSTRAINT image_width_check CHECK ((width > 0))
);
CREATE STATISTICS public.image_tenant (dependencies) ON session_id, tenant_id FROM image;
ALTER TABLE image ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON image AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON image TO agent_runs_service;

CREATE TABLE inherited_turns (
  session_id text NOT NULL,
  first_turn integer NOT NULL,
  last_turn integer NOT NULL,
  tenant_id text NOT NULL,
  source_id text NOT NULL,
  CONSTRAINT inherited_turns_pkey PRIMARY KEY (session_id, first_turn),
  CONSTRAINT inherited_turns_check CHECK ((last_turn >= first_turn)),
  CONSTRAINT inherited_turns_first_turn_check CHECK ((first_turn >= 0))
);
CREATE INDEX inherited_turns_source ON public.inherited_turns USING btree (source_id);
CREATE STATISTICS public.inherited_turns_tenant (dependencies) ON session_id, tenant_id FROM inherited_turns;
ALTER TABLE inherited_turns ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON inherited_turns AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON inherited_turns TO agent_runs_service;

CREATE TABLE input_count (
  session_id text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  tenant_id text NOT NULL,
  turn integer NOT NULL,
  transcript jsonb NOT NULL,
  state text NOT NULL,
  input_tokens bigint,
  request_bytes bigint,
  CONSTRAINT input_count_pkey PRIMARY KEY (session_id, provider, model),
  CONSTRAINT input_count_check CHECK (((state = ANY (ARRAY['counted'::text, 'tokenized'::text])) = ((input_tokens IS NOT NULL) AND (request_bytes IS NOT NULL)))),
  CONSTRAINT input_count_input_tokens_check CHECK ((input_tokens > 0)),
  CONSTRAINT input_count_request_bytes_check CHECK ((request_bytes > 0)),
  CONSTRAINT input_count_state_check CHECK ((state = ANY (ARRAY['asked'::text, 'counted'::text, 'tokenized'::text, 'failed'::text])))
);
CREATE STATISTICS public.input_count_tenant (dependencies) ON session_id, tenant_id FROM input_count;
ALTER TABLE input_count ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON input_count AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON input_count TO agent_runs_service;

CREATE TABLE input_report (
  session_id text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  tenant_id text NOT NULL,
  turn integer NOT NULL,
  input_tokens bigint NOT NULL,
  output_tokens bigint,
  CONSTRAINT input_report_pkey PRIMARY KEY (session_id, provider, model),
  CONSTRAINT input_report_input_tokens_check CHECK ((input_tokens >= 0)),
  CONSTRAINT input_report_output_tokens_check CHECK ((output_tokens >= 0))
);
CREATE STATISTICS public.input_report_tenant (dependencies) ON session_id, tenant_id FROM input_report;
ALTER TABLE input_report ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON input_report AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON input_report TO agent_runs_service;

CREATE TABLE mcp_authorization (
  id text NOT NULL,
  tenant_id text NOT NULL,
  server_id text NOT NULL,
  state_sha256 text NOT NULL,
  sealed_attempt bytea NOT NULL,
  created_by text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  CONSTRAINT mcp_authorization_pkey PRIMARY KEY (id),
  CONSTRAINT mcp_authorization_state_sha256_key UNIQUE (state_sha256)
);
CREATE INDEX mcp_authorization_server ON public.mcp_authorization USING btree (server_id);
ALTER TABLE mcp_authorization ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON mcp_authorization AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON mcp_authorization AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT DELETE, INSERT, SELECT, UPDATE ON mcp_authorization TO agent_runs_service;
GRANT SELECT (state_sha256, tenant_id) ON mcp_authorization TO agent_runs_sweeper;

CREATE TABLE mcp_oauth (
  id text NOT NULL,
  tenant_id text NOT NULL,
  sealed_client bytea,
  sealed_tokens bytea,
  refresh_at timestamp with time zone,
  expires_at timestamp with time zone,
  version integer DEFAULT 0 NOT NULL,
  claimed_until timestamp with time zone,
  authorized_at timestamp with time zone,
  problem jsonb,
  retry_at timestamp with time zone,
  CONSTRAINT mcp_oauth_pkey PRIMARY KEY (id),
  CONSTRAINT mcp_oauth_check CHECK (((sealed_tokens IS NOT NULL) OR ((refresh_at IS NULL) AND (expires_at IS NULL))))
);
ALTER TABLE mcp_oauth ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON mcp_oauth AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON mcp_oauth TO agent_runs_service;

CREATE TABLE mcp_server (
  id text NOT NULL,
  tenant_id text NOT NULL,
  name text NOT NULL,
  transport text NOT NULL,
  url text,
  command text,
  args jsonb DEFAULT '[]'::jsonb NOT NULL,
  sealed_auth bytea,
  tools jsonb,
  discovered_at timestamp with time zone,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  sealed_headers bytea,
  header_names jsonb,
  sealed_env bytea,
  env_names jsonb,
  withheld jsonb DEFAULT '[]'::jsonb NOT NULL,
  listing_warnings jsonb DEFAULT '[]'::jsonb NOT NULL,
  tools_changed_at timestamp with time zone,
  oauth jsonb,
  sealed_client_secret bytea,
  health jsonb,
  generation text,
  CONSTRAINT mcp_server_pkey PRIMARY KEY (id),
  CONSTRAINT mcp_server_check CHECK (((oauth IS NULL) OR (transport <> 'stdio'::text))),
  CONSTRAINT mcp_server_check1 CHECK (((sealed_client_secret IS NULL) OR (oauth IS NOT NULL))),
  CONSTRAINT mcp_server_generation_check CHECK ((generation = ANY (ARRAY['sessions'::text, 'stateless'::text]))),
  CONSTRAINT mcp_server_tenant_id_name_key UNIQUE (tenant_id, name),
  CONSTRAINT mcp_server_transport_check CHECK ((transport = ANY (ARRAY['stdio'::text, 'streamable-http'::text, 'sse'::text])))
);
ALTER TABLE mcp_server ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON mcp_server AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON mcp_server TO agent_runs_service;

CREATE TABLE memory_entry (
  id text NOT NULL,
  tenant_id text NOT NULL,
  agent_id text,
  block text DEFAULT 'general'::text NOT NULL,
  fact text NOT NULL,
  tokens integer NOT NULL,
  pinned boolean DEFAULT false NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  fact_key text,
  tainted boolean DEFAULT false NOT NULL,
  vector_space text,
  vector_due_at timestamp with time zone DEFAULT '-infinity'::timestamp with time zone NOT NULL,
  CONSTRAINT memory_entry_pkey PRIMARY KEY (id),
  CONSTRAINT memory_entry_block_check CHECK ((block = ANY (ARRAY['human'::text, 'project'::text, 'system'::text, 'general'::text])))
);
CREATE INDEX memory_entry_changed ON public.memory_entry USING btree (tenant_id, agent_id, updated_at DESC);
CREATE INDEX memory_entry_fact ON public.memory_entry USING btree (tenant_id, fact_key);
CREATE INDEX memory_entry_governance ON public.memory_entry USING btree (tenant_id, agent_id, updated_at DESC) WHERE (block = 'system'::text);
CREATE INDEX memory_entry_pinned ON public.memory_entry USING btree (tenant_id, agent_id, updated_at DESC) WHERE pinned;
CREATE INDEX memory_entry_vector ON public.memory_entry USING btree (tenant_id, vector_space);
ALTER TABLE memory_entry ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON memory_entry AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON memory_entry AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT DELETE, INSERT, SELECT, UPDATE ON memory_entry TO agent_runs_service;
GRANT SELECT (tenant_id, vector_due_at, vector_space) ON memory_entry TO agent_runs_sweeper;

CREATE TABLE memory_vector (
  entry_id text NOT NULL,
  tenant_id text NOT NULL,
  agent_id text NOT NULL,
  space text NOT NULL,
  signs bit varying NOT NULL,
  vector real[] NOT NULL,
  CONSTRAINT memory_vector_pkey PRIMARY KEY (entry_id),
  CONSTRAINT memory_vector_check CHECK ((length((signs)::"bit") = cardinality(vector)))
);
CREATE INDEX memory_vector_of_agent ON public.memory_vector USING btree (tenant_id, agent_id, space, entry_id COLLATE "C");
ALTER TABLE memory_vector ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON memory_vector AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON memory_vector TO agent_runs_service;

CREATE TABLE memory_word (
  tenant_id text NOT NULL,
  agent_id text NOT NULL,
  word text COLLATE "C" NOT NULL,
  entry_id text NOT NULL,
  CONSTRAINT memory_word_pkey PRIMARY KEY (tenant_id, word, agent_id, entry_id)
);
CREATE INDEX memory_word_entry ON public.memory_word USING btree (entry_id);
ALTER TABLE memory_word ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON memory_word AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT ON memory_word TO agent_runs_service;

CREATE TABLE model_attempt (
  session_id text NOT NULL,
  turn integer NOT NULL,
  selection integer NOT NULL,
  attempt integer NOT NULL,
  tenant_id text NOT NULL,
  agent_id text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  day_account text NOT NULL,
  state text NOT NULL,
  reserved_nano bigint NOT NULL,
  charged_nano bigint DEFAULT 0 NOT NULL,
  excess_nano bigint DEFAULT 0 NOT NULL,
  usage jsonb,
  failed_type text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  dispatched_at timestamp with time zone,
  closed_at timestamp with time zone,
  first_token_ms integer,
  last_token_ms integer,
  recorded boolean DEFAULT false NOT NULL,
  CONSTRAINT model_attempt_pkey PRIMARY KEY (session_id, turn, selection, attempt),
  CONSTRAINT model_attempt_check CHECK ((charged_nano <= reserved_nano)),
  CONSTRAINT model_attempt_check1 CHECK ((last_token_ms >= first_token_ms)),
  CONSTRAINT model_attempt_first_token_ms_check CHECK ((first_token_ms >= 0)),
  CONSTRAINT model_attempt_reserved_nano_check CHECK ((reserved_nano >= 0)),
  CONSTRAINT model_attempt_state_check CHECK ((state = ANY (ARRAY['reserved'::text, 'dispatched'::text, 'settled'::text, 'released'::text, 'unknown'::text])))
);
CREATE INDEX model_attempt_failed ON public.model_attempt USING btree (closed_at) INCLUDE (failed_type, session_id) WHERE (failed_type IS NOT NULL);
CREATE INDEX model_attempt_open ON public.model_attempt USING btree (session_id) WHERE (state = ANY (ARRAY['reserved'::text, 'dispatched'::text]));
CREATE INDEX model_attempt_usage ON public.model_attempt USING btree (tenant_id, created_at);
CREATE STATISTICS public.model_attempt_tenant (dependencies) ON session_id, tenant_id FROM model_attempt;
ALTER TABLE model_attempt ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON model_attempt AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON model_attempt AS PERMISSIVE FOR SELECT TO agent_runs_sweeper USING (true);
GRANT INSERT, SELECT, UPDATE ON model_attempt TO agent_runs_service;
GRANT SELECT (closed_at, failed_type, reserved_nano, session_id, state, tenant_id) ON model_attempt TO agent_runs_sweeper;

CREATE TABLE outcome (
  session_id text NOT NULL,
  turn integer NOT NULL,
  stage text NOT NULL,
  tenant_id text NOT NULL,
  reward double precision NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT outcome_pkey PRIMARY KEY (session_id, turn, stage),
  CONSTRAINT outcome_reward_check CHECK (((reward >= (0)::double precision) AND (reward <= (1)::double precision))),
  CONSTRAINT outcome_stage_check CHECK ((stage = ANY (ARRAY['turn'::text, 'run'::text, 'feedback'::text])))
);
CREATE STATISTICS public.outcome_tenant (dependencies) ON session_id, tenant_id FROM outcome;
ALTER TABLE outcome ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON outcome AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON outcome TO agent_runs_service;

CREATE TABLE posterior (
  tenant_id text NOT NULL,
  task_class text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  mean double precision NOT NULL,
  kappa double precision NOT NULL,
  alpha double precision NOT NULL,
  beta double precision NOT NULL,
  cost_n double precision DEFAULT 0 NOT NULL,
  cost_mean_log double precision DEFAULT 0 NOT NULL,
  cost_m2_log double precision DEFAULT 0 NOT NULL,
  samples bigint DEFAULT 0 NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT posterior_pkey PRIMARY KEY (tenant_id, task_class, provider, model)
);
ALTER TABLE posterior ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON posterior AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON posterior TO agent_runs_service;

CREATE TABLE provider (
  id text NOT NULL,
  tenant_id text NOT NULL,
  kind text NOT NULL,
  name text NOT NULL,
  base_url text,
  sealed_key bytea,
  key_hint text,
  models jsonb,
  source text DEFAULT 'api'::text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  sealed_headers bytea,
  header_names jsonb,
  extra_body jsonb,
  dialect jsonb,
  time_limits jsonb,
  CONSTRAINT provider_pkey PRIMARY KEY (id),
  CONSTRAINT provider_source_check CHECK ((source = ANY (ARRAY['api'::text, 'environment'::text, 'embedded'::text]))),
  CONSTRAINT provider_tenant_id_name_key UNIQUE (tenant_id, name)
);
ALTER TABLE provider ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON provider AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON provider TO agent_runs_service;

CREATE TABLE query_vector (
  session_id text NOT NULL,
  text_hash text NOT NULL,
  tenant_id text NOT NULL,
  space text NOT NULL,
  unrelated double precision NOT NULL,
  signs bit varying NOT NULL,
  vector real[] NOT NULL,
  asked_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT query_vector_pkey PRIMARY KEY (session_id, text_hash)
);
CREATE STATISTICS public.query_vector_tenant (dependencies) ON session_id, tenant_id FROM query_vector;
ALTER TABLE query_vector ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON query_vector AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON query_vector TO agent_runs_service;

CREATE TABLE required_action (
  id text NOT NULL,
  tenant_id text NOT NULL,
  session_id text,
  agent_id text,
  tool_call_id text NOT NULL,
  turn integer,
  kind text NOT NULL,
  rule text NOT NULL,
  tool_name text NOT NULL,
  server_id text NOT NULL,
  server_tool text NOT NULL,
  effect text NOT NULL,
  args jsonb NOT NULL,
  args_hash text NOT NULL,
  pin text NOT NULL,
  detail jsonb DEFAULT '{}'::jsonb NOT NULL,
  status text DEFAULT 'pending'::text NOT NULL,
  answer jsonb,
  answered_by text,
  asked_at timestamp with time zone DEFAULT now() NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  answered_at timestamp with time zone,
  applied_at timestamp with time zone,
  judged_by text,
  attempt integer,
  CONSTRAINT required_action_pkey PRIMARY KEY (id),
  CONSTRAINT required_action_check CHECK (((status = 'pending'::text) = (answered_at IS NULL))),
  CONSTRAINT required_action_check1 CHECK (((status <> 'pending'::text) OR (applied_at IS NULL))),
  CONSTRAINT required_action_effect_check CHECK ((effect = ANY (ARRAY['read'::text, 'write'::text, 'egress'::text]))),
  CONSTRAINT required_action_kind_check CHECK ((kind = ANY (ARRAY['approval'::text, 'effect_unknown'::text, 'form'::text]))),
  CONSTRAINT required_action_status_check CHECK ((status = ANY (ARRAY['pending'::text, 'approved'::text, 'denied'::text, 'answered'::text, 'expired'::text, 'withdrawn'::text])))
);
CREATE INDEX required_action_list ON public.required_action USING btree (tenant_id, asked_at, id);
CREATE UNIQUE INDEX required_action_of_attempt ON public.required_action USING btree (session_id, tool_call_id, attempt) WHERE (kind = 'effect_unknown'::text);
CREATE INDEX required_action_of_call ON public.required_action USING btree (session_id, tool_call_id);
CREATE UNIQUE INDEX required_action_pending ON public.required_action USING btree (session_id, tool_call_id) WHERE (status = 'pending'::text);
CREATE STATISTICS public.required_action_tenant (dependencies) ON tenant_id, session_id FROM required_action;
ALTER TABLE required_action ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON required_action AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON required_action AS PERMISSIVE FOR SELECT TO agent_runs_sweeper USING (true);
GRANT DELETE, INSERT, SELECT, UPDATE ON required_action TO agent_runs_service;
GRANT SELECT (kind, status, tenant_id) ON required_action TO agent_runs_sweeper;

CREATE TABLE result_file (
  session_id text NOT NULL,
  id text NOT NULL,
  tenant_id text NOT NULL,
  media_type text NOT NULL,
  content bytea NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT result_file_pkey PRIMARY KEY (session_id, id)
);
CREATE STATISTICS public.result_file_tenant (dependencies) ON session_id, tenant_id FROM result_file;
ALTER TABLE result_file ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON result_file AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON result_file TO agent_runs_service;

CREATE TABLE schema_migration (
  name text NOT NULL,
  sha256 text NOT NULL,
  applied_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT schema_migration_pkey PRIMARY KEY (name)
);

CREATE TABLE selection (
  session_id text NOT NULL,
  turn integer NOT NULL,
  selection integer NOT NULL,
  tenant_id text NOT NULL,
  provider_id text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  reason text NOT NULL,
  candidates jsonb NOT NULL,
  propensity double precision NOT NULL,
  request_bytes integer NOT NULL,
  max_tokens integer NOT NULL,
  failed_type text,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  prompt_tokens integer,
  transcript jsonb,
  failure jsonb,
  without_cache boolean DEFAULT false NOT NULL,
  wanted_tokens integer,
  selected_at timestamp with time zone,
  waited_ms integer,
  queued_ms integer,
  CONSTRAINT selection_pkey PRIMARY KEY (session_id, turn, selection),
  CONSTRAINT selection_queued_ms_check CHECK ((queued_ms >= 0)),
  CONSTRAINT selection_waited_ms_check CHECK ((waited_ms >= 0))
);
CREATE STATISTICS public.selection_tenant (dependencies) ON session_id, tenant_id FROM selection;
ALTER TABLE selection ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON selection AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON selection TO agent_runs_service;

CREATE TABLE session (
  id text NOT NULL,
  tenant_id text NOT NULL,
  agent_id text NOT NULL,
  api_key_id text,
  status text NOT NULL,
  idle_cause text,
  end_reason text,
  error jsonb,
  max_turns integer NOT NULL,
  turns integer DEFAULT 0 NOT NULL,
  on_complete text NOT NULL,
  idle_timeout_ms bigint NOT NULL,
  models jsonb,
  tools jsonb,
  metadata jsonb DEFAULT '{}'::jsonb NOT NULL,
  event_seq bigint DEFAULT 0 NOT NULL,
  inbox_seq bigint DEFAULT 0 NOT NULL,
  consumed_inbox_seq bigint DEFAULT 0 NOT NULL,
  signalled_seq bigint DEFAULT 0 NOT NULL,
  signal_attempts integer DEFAULT 0 NOT NULL,
  next_signal_at timestamp with time zone,
  window_first_turn integer DEFAULT 0 NOT NULL,
  workflow_started_at timestamp with time zone,
  reconcile_at timestamp with time zone DEFAULT now() NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  ended_at timestamp with time zone,
  deltas_wanted_until timestamp with time zone,
  context_tokens integer,
  max_output_tokens integer,
  budget jsonb,
  on_budget text DEFAULT 'stop'::text NOT NULL,
  excess_asked_nano bigint DEFAULT 0 NOT NULL,
  request_id text,
  tainted_by text,
  approval_timeout_ms bigint,
  received_bytes bigint DEFAULT 0 NOT NULL,
  paused_at timestamp with time zone,
  paused_by text,
  retries integer DEFAULT 0 NOT NULL,
  error_code text,
  ended_turns integer,
  ended_cost_nano bigint,
  forked_from text,
  forked_from_turn integer,
  first_turn integer DEFAULT 0 NOT NULL,
  own_from integer DEFAULT 0 NOT NULL,
  replay jsonb,
  context jsonb,
  last_event_at timestamp with time zone DEFAULT now(),
  cost_nano bigint DEFAULT 0,
  traced_run integer DEFAULT 0 NOT NULL,
  traced_run_since timestamp with time zone DEFAULT now(),
  traced_run_request_id text,
  traced_run_before_request_id text,
  CONSTRAINT session_pkey PRIMARY KEY (id),
  CONSTRAINT session_approval_timeout_ms_check CHECK ((approval_timeout_ms > 0)),
  CONSTRAINT session_check CHECK (((status = 'ended'::text) = (end_reason IS NOT NULL))),
  CONSTRAINT session_check1 CHECK (((status = 'idle'::text) = (idle_cause IS NOT NULL))),
  CONSTRAINT session_check2 CHECK ((consumed_inbox_seq <= inbox_seq)),
  CONSTRAINT session_context_tokens_check CHECK ((context_tokens > 0)),
  CONSTRAINT session_end_reason_check CHECK ((end_reason = ANY (ARRAY['completed'::text, 'max_turns'::text, 'budget_exhausted'::text, 'interrupted'::text, 'idle_timeout'::text, 'error'::text, 'terminated'::text]))),
  CONSTRAINT session_first_turn_check CHECK ((first_turn >= 0)),
  CONSTRAINT session_forked_from_turn_check CHECK ((forked_from_turn >= 0)),
  CONSTRAINT session_idle_cause_check CHECK ((idle_cause = ANY (ARRAY['awaiting_input'::text, 'requires_action'::text, 'budget'::text, 'paused'::text]))),
  CONSTRAINT session_max_output_tokens_check CHECK ((max_output_tokens > 0)),
  CONSTRAINT session_on_budget_check CHECK ((on_budget = ANY (ARRAY['stop'::text, 'ask'::text, 'downgrade'::text]))),
  CONSTRAINT session_on_complete_check CHECK ((on_complete = ANY (ARRAY['end'::text, 'idle'::text]))),
  CONSTRAINT session_own_from_check CHECK ((own_from >= 0)),
  CONSTRAINT session_received_bytes_check CHECK ((received_bytes >= 0)),
  CONSTRAINT session_retries_check CHECK ((retries >= 0)),
  CONSTRAINT session_status_check CHECK ((status = ANY (ARRAY['running'::text, 'idle'::text, 'ended'::text]))),
  CONSTRAINT session_traced_run_check CHECK ((traced_run >= '-1'::integer))
);
CREATE INDEX session_by_agent ON public.session USING btree (tenant_id, agent_id, created_at DESC, id DESC);
CREATE INDEX session_by_cost ON public.session USING btree (tenant_id, ended_cost_nano DESC, id DESC) WHERE (status = 'ended'::text);
CREATE INDEX session_by_end ON public.session USING btree (tenant_id, ended_at DESC, id DESC) WHERE (status = 'ended'::text);
CREATE INDEX session_by_error ON public.session USING btree (tenant_id, error_code, created_at DESC, id DESC) WHERE (error_code IS NOT NULL);
CREATE INDEX session_by_reason ON public.session USING btree (tenant_id, end_reason, created_at DESC, id DESC) WHERE (end_reason IS NOT NULL);
CREATE INDEX session_by_turns ON public.session USING btree (tenant_id, ended_turns DESC, id DESC) WHERE (status = 'ended'::text);
CREATE INDEX session_ended ON public.session USING btree (ended_at) WHERE (status = 'ended'::text);
CREATE INDEX session_ended_by_cause ON public.session USING btree (tenant_id, end_reason, error_code) WHERE (status = 'ended'::text);
CREATE INDEX session_forks ON public.session USING btree (forked_from, created_at DESC, id DESC) WHERE (forked_from IS NOT NULL);
CREATE INDEX session_idle_for_action ON public.session USING btree (tenant_id) WHERE (idle_cause = 'requires_action'::text);
CREATE INDEX session_idle_for_money ON public.session USING btree (tenant_id) WHERE (idle_cause = 'budget'::text);
CREATE INDEX session_list ON public.session USING btree (tenant_id, created_at DESC, id DESC);
CREATE INDEX session_live ON public.session USING btree (reconcile_at) WHERE (status <> 'ended'::text);
CREATE INDEX session_live_by_agent ON public.session USING btree (tenant_id, agent_id) WHERE (status <> 'ended'::text);
CREATE INDEX session_live_list ON public.session USING btree (tenant_id, created_at DESC, id DESC) WHERE (status <> 'ended'::text);
CREATE INDEX session_pause_ordered ON public.session USING btree (tenant_id) WHERE ((paused_at IS NOT NULL) AND (status = 'idle'::text) AND (idle_cause <> 'paused'::text));
CREATE INDEX session_paused ON public.session USING btree (tenant_id) WHERE (idle_cause = 'paused'::text);
CREATE INDEX session_unsignalled ON public.session USING btree (next_signal_at) WHERE ((status <> 'ended'::text) AND (inbox_seq > consumed_inbox_seq));
ALTER TABLE session ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON session AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON session AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT DELETE, INSERT, SELECT, UPDATE ON session TO agent_runs_service;
GRANT SELECT, UPDATE (next_signal_at, reconcile_at, signal_attempts, signalled_seq, workflow_started_at) ON session TO agent_runs_sweeper;

CREATE TABLE session_context (
  session_id text NOT NULL,
  hash text NOT NULL,
  tenant_id text NOT NULL,
  text text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT session_context_pkey PRIMARY KEY (session_id, hash)
);
CREATE STATISTICS public.session_context_tenant (dependencies) ON session_id, tenant_id FROM session_context;
ALTER TABLE session_context ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON session_context AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON session_context TO agent_runs_service;

CREATE TABLE session_event (
  session_id text NOT NULL,
  seq bigint NOT NULL,
  tenant_id text NOT NULL,
  key text NOT NULL,
  type text NOT NULL,
  data json NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT session_event_pkey PRIMARY KEY (session_id, seq),
  CONSTRAINT session_event_session_id_key_key UNIQUE (session_id, key)
);
CREATE STATISTICS public.session_event_tenant (dependencies) ON session_id, tenant_id FROM session_event;
ALTER TABLE session_event ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON session_event AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON session_event TO agent_runs_service;

CREATE TABLE session_inbox (
  session_id text NOT NULL,
  seq bigint NOT NULL,
  id text NOT NULL,
  tenant_id text NOT NULL,
  type text NOT NULL,
  payload jsonb NOT NULL,
  state text DEFAULT 'queued'::text NOT NULL,
  consumed_turn integer,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  request_id text,
  api_key_id text,
  sent_as text,
  CONSTRAINT session_inbox_pkey PRIMARY KEY (session_id, seq),
  CONSTRAINT session_inbox_id_key UNIQUE (id),
  CONSTRAINT session_inbox_state_check CHECK ((state = ANY (ARRAY['queued'::text, 'consumed'::text, 'undelivered'::text, 'requeued'::text])))
);
CREATE STATISTICS public.session_inbox_tenant (dependencies) ON session_id, tenant_id FROM session_inbox;
ALTER TABLE session_inbox ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON session_inbox AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON session_inbox AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT INSERT, SELECT, UPDATE ON session_inbox TO agent_runs_service;
GRANT SELECT ON session_inbox TO agent_runs_sweeper;

CREATE TABLE session_label (
  tenant_id text NOT NULL,
  session_id text NOT NULL,
  kind text NOT NULL,
  value text COLLATE "C" NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT session_label_pkey PRIMARY KEY (session_id, kind, value),
  CONSTRAINT session_label_kind_check CHECK ((kind = ANY (ARRAY['provider'::text, 'model'::text, 'arm'::text, 'tool'::text, 'metadata_key'::text, 'metadata'::text, 'error_word'::text])))
);
CREATE INDEX session_label_list ON public.session_label USING btree (tenant_id, kind, value, created_at DESC, session_id DESC);
CREATE STATISTICS public.session_label_kinds (dependencies) ON kind, value FROM session_label;
CREATE STATISTICS public.session_label_tenant (dependencies) ON tenant_id, session_id FROM session_label;
ALTER TABLE session_label ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON session_label AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT ON session_label TO agent_runs_service;

CREATE TABLE session_summary (
  session_id text NOT NULL,
  through_turn integer NOT NULL,
  tenant_id text NOT NULL,
  asked_turn integer NOT NULL,
  text text NOT NULL,
  tokens integer NOT NULL,
  bytes integer NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  number integer,
  after_seq bigint,
  event json,
  CONSTRAINT session_summary_pkey PRIMARY KEY (session_id, through_turn),
  CONSTRAINT session_summary_after_seq_check CHECK ((after_seq > 0)),
  CONSTRAINT session_summary_number_check CHECK ((number > 0)),
  CONSTRAINT session_summary_number_key UNIQUE (session_id, number)
);
CREATE STATISTICS public.session_summary_tenant (dependencies) ON session_id, tenant_id FROM session_summary;
ALTER TABLE session_summary ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON session_summary AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT ON session_summary TO agent_runs_service;

CREATE TABLE tenant (
  id text NOT NULL,
  name text NOT NULL,
  guardrails jsonb DEFAULT '{}'::jsonb NOT NULL,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  unknown_tools text,
  search_language text DEFAULT 'english'::text NOT NULL,
  taint text,
  unknown_effects text,
  suspended_at timestamp with time zone,
  suspended_sessions text,
  system_block text,
  weight integer DEFAULT 1 NOT NULL,
  paused_at timestamp with time zone,
  paused_by text,
  CONSTRAINT tenant_pkey PRIMARY KEY (id),
  CONSTRAINT tenant_paused CHECK (((paused_at IS NULL) = (paused_by IS NULL))),
  CONSTRAINT tenant_suspended CHECK (((suspended_at IS NULL) = (suspended_sessions IS NULL))),
  CONSTRAINT tenant_suspended_sessions_check CHECK ((suspended_sessions = ANY (ARRAY['pause'::text, 'terminate'::text]))),
  CONSTRAINT tenant_system_block_check CHECK ((system_block = ANY (ARRAY['people'::text, 'models'::text]))),
  CONSTRAINT tenant_taint_check CHECK ((taint = ANY (ARRAY['ask'::text, 'off'::text]))),
  CONSTRAINT tenant_unknown_effects_check CHECK ((unknown_effects = ANY (ARRAY['ask'::text, 'tell'::text]))),
  CONSTRAINT tenant_unknown_tools_check CHECK ((unknown_tools = ANY (ARRAY['allow'::text, 'ask'::text, 'deny'::text]))),
  CONSTRAINT tenant_weight_check CHECK (((weight >= 1) AND (weight <= 100)))
);
CREATE INDEX tenant_suspended ON public.tenant USING btree (id) WHERE (suspended_at IS NOT NULL);
CREATE INDEX tenant_weighted ON public.tenant USING btree (id) WHERE (weight <> 1);
ALTER TABLE tenant ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tenant AS PERMISSIVE FOR ALL TO agent_runs_service USING ((id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON tenant AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT SELECT, UPDATE (guardrails, paused_at, paused_by, search_language, system_block, taint, unknown_effects, unknown_tools) ON tenant TO agent_runs_service;
GRANT INSERT, SELECT, UPDATE (name, suspended_at, suspended_sessions, weight) ON tenant TO agent_runs_sweeper;

CREATE TABLE tenant_kept (
  tenant_id text NOT NULL,
  name text NOT NULL,
  amount bigint NOT NULL,
  CONSTRAINT tenant_kept_name_check CHECK ((name = ANY (ARRAY['ended_sessions'::text, 'file_bytes'::text, 'idempotency_keys'::text, 'idempotency_bytes'::text])))
);
CREATE INDEX tenant_kept_name ON public.tenant_kept USING btree (tenant_id, name);
ALTER TABLE tenant_kept ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tenant_kept AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON tenant_kept AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT INSERT, SELECT ON tenant_kept TO agent_runs_service;
GRANT DELETE, INSERT, SELECT, UPDATE (amount) ON tenant_kept TO agent_runs_sweeper;

CREATE TABLE tenant_limit (
  tenant_id text NOT NULL,
  name text NOT NULL,
  value bigint NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT tenant_limit_pkey PRIMARY KEY (tenant_id, name),
  CONSTRAINT tenant_limit_value_check CHECK ((value >= 0))
);
ALTER TABLE tenant_limit ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tenant_limit AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON tenant_limit AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT SELECT ON tenant_limit TO agent_runs_service;
GRANT DELETE, INSERT, SELECT, UPDATE ON tenant_limit TO agent_runs_sweeper;

CREATE TABLE tenant_meter (
  tenant_id text NOT NULL,
  process_id text NOT NULL,
  added jsonb NOT NULL,
  held jsonb NOT NULL,
  flushed_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT tenant_meter_pkey PRIMARY KEY (tenant_id, process_id)
);
CREATE INDEX tenant_meter_flushed ON public.tenant_meter USING btree (flushed_at);
ALTER TABLE tenant_meter ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tenant_meter AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON tenant_meter AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT SELECT ON tenant_meter TO agent_runs_service;
GRANT DELETE, INSERT, SELECT, UPDATE ON tenant_meter TO agent_runs_sweeper;

CREATE TABLE text_delta (
  session_id text NOT NULL,
  turn integer NOT NULL,
  attempt integer NOT NULL,
  start_at integer NOT NULL,
  end_at integer NOT NULL,
  tenant_id text NOT NULL,
  after_seq bigint NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  text text NOT NULL,
  CONSTRAINT text_delta_pkey PRIMARY KEY (session_id, turn, attempt, start_at)
);
CREATE STATISTICS public.text_delta_tenant (dependencies) ON session_id, tenant_id FROM text_delta;
ALTER TABLE text_delta ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON text_delta AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON text_delta TO agent_runs_service;

CREATE TABLE token_ratio (
  tenant_id text NOT NULL,
  provider text NOT NULL,
  model text NOT NULL,
  ratio double precision NOT NULL,
  measured_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT token_ratio_pkey PRIMARY KEY (tenant_id, provider, model),
  CONSTRAINT token_ratio_ratio_check CHECK (((ratio >= (0.5)::double precision) AND (ratio <= (3)::double precision)))
);
ALTER TABLE token_ratio ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON token_ratio AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON token_ratio TO agent_runs_service;

CREATE TABLE tool_call (
  session_id text NOT NULL,
  id text NOT NULL,
  turn integer NOT NULL,
  call_index integer NOT NULL,
  tenant_id text NOT NULL,
  tool_name text NOT NULL,
  server_id text NOT NULL,
  server_tool text NOT NULL,
  effect text NOT NULL,
  idempotent boolean NOT NULL,
  bundled boolean NOT NULL,
  args jsonb NOT NULL,
  verdict text NOT NULL,
  reason_code text,
  state text NOT NULL,
  output text,
  is_error boolean,
  items integer,
  bytes integer,
  truncated boolean,
  latency_ms integer,
  tokens integer DEFAULT 0 NOT NULL,
  dispatched_at timestamp with time zone,
  finished_at timestamp with time zone,
  cuts jsonb,
  images jsonb,
  attempts integer DEFAULT 0 NOT NULL,
  late jsonb,
  first_dispatched_at timestamp with time zone,
  CONSTRAINT tool_call_pkey PRIMARY KEY (session_id, id),
  CONSTRAINT tool_call_check CHECK (((state = ANY (ARRAY['intended'::text, 'dispatched'::text])) = (output IS NULL))),
  CONSTRAINT tool_call_effect_check CHECK ((effect = ANY (ARRAY['read'::text, 'write'::text, 'egress'::text]))),
  CONSTRAINT tool_call_session_id_turn_call_index_key UNIQUE (session_id, turn, call_index),
  CONSTRAINT tool_call_state_check CHECK ((state = ANY (ARRAY['intended'::text, 'dispatched'::text, 'succeeded'::text, 'failed'::text, 'denied'::text, 'unknown'::text]))),
  CONSTRAINT tool_call_verdict_check CHECK ((verdict = ANY (ARRAY['allow'::text, 'ask'::text, 'deny'::text])))
);
CREATE INDEX tool_call_failed ON public.tool_call USING btree (finished_at) INCLUDE (reason_code, session_id) WHERE (state = ANY (ARRAY['failed'::text, 'unknown'::text]));
CREATE INDEX tool_call_workspace ON public.tool_call USING btree (session_id, turn DESC) WHERE (server_id = 'workspace'::text);
CREATE STATISTICS public.tool_call_tenant (dependencies) ON session_id, tenant_id FROM tool_call;
ALTER TABLE tool_call ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tool_call AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON tool_call AS PERMISSIVE FOR SELECT TO agent_runs_sweeper USING (true);
GRANT INSERT, SELECT, UPDATE ON tool_call TO agent_runs_service;
GRANT SELECT (finished_at, reason_code, session_id, state, tenant_id) ON tool_call TO agent_runs_sweeper;

CREATE TABLE tool_policy (
  tenant_id text NOT NULL,
  tool_name text NOT NULL,
  allowed boolean DEFAULT true NOT NULL,
  requires_approval boolean DEFAULT false NOT NULL,
  effect text DEFAULT 'write'::text NOT NULL,
  idempotent boolean DEFAULT false NOT NULL,
  updated_at timestamp with time zone DEFAULT now() NOT NULL,
  id text DEFAULT ('pol_'::text || "left"(replace((gen_random_uuid())::text, '-'::text, ''::text), 26)) NOT NULL,
  glob text,
  agent_id text,
  department text,
  matched_names text DEFAULT 'model'::text NOT NULL,
  effect_stated boolean DEFAULT true NOT NULL,
  idempotent_stated boolean DEFAULT true NOT NULL,
  argument_rules jsonb,
  rate_limit jsonb,
  allow_tainted boolean,
  CONSTRAINT tool_policy_pkey PRIMARY KEY (tenant_id, tool_name),
  CONSTRAINT tool_policy_argument_rules_check CHECK ((jsonb_typeof(argument_rules) = 'array'::text)),
  CONSTRAINT tool_policy_effect_check CHECK ((effect = ANY (ARRAY['read'::text, 'write'::text, 'egress'::text]))),
  CONSTRAINT tool_policy_id UNIQUE (tenant_id, id),
  CONSTRAINT tool_policy_matched_names_check CHECK ((matched_names = ANY (ARRAY['any'::text, 'model'::text]))),
  CONSTRAINT tool_policy_scope CHECK (((agent_id IS NULL) OR (department IS NULL)))
);
ALTER TABLE tool_policy ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tool_policy AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON tool_policy TO agent_runs_service;

CREATE TABLE tool_rate (
  tenant_id text NOT NULL,
  policy_id text NOT NULL,
  used timestamp with time zone[] NOT NULL,
  granted integer NOT NULL,
  CONSTRAINT tool_rate_pkey PRIMARY KEY (tenant_id, policy_id)
);
ALTER TABLE tool_rate ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON tool_rate AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT DELETE, INSERT, SELECT, UPDATE ON tool_rate TO agent_runs_service;

CREATE TABLE turn (
  session_id text NOT NULL,
  turn integer NOT NULL,
  tenant_id text NOT NULL,
  manifest jsonb NOT NULL,
  task_class text NOT NULL,
  user_messages jsonb DEFAULT '[]'::jsonb NOT NULL,
  input_tokens integer DEFAULT 0 NOT NULL,
  input_bytes integer DEFAULT 0 NOT NULL,
  answer jsonb,
  answer_tokens integer DEFAULT 0 NOT NULL,
  answer_bytes integer DEFAULT 0 NOT NULL,
  answered_by jsonb,
  results_tokens integer DEFAULT 0 NOT NULL,
  results_bytes integer DEFAULT 0 NOT NULL,
  decision jsonb,
  created_at timestamp with time zone DEFAULT now() NOT NULL,
  answered_at timestamp with time zone,
  closed_at timestamp with time zone,
  input_levels jsonb,
  results_levels jsonb,
  bytes_before bigint,
  unserved jsonb,
  message_images jsonb,
  result_images jsonb,
  first_selection integer DEFAULT 0 NOT NULL,
  refreshed_at timestamp with time zone,
  debited_at timestamp with time zone,
  waits jsonb,
  CONSTRAINT turn_pkey PRIMARY KEY (session_id, turn),
  CONSTRAINT turn_first_selection_check CHECK ((first_selection >= 0))
);
CREATE STATISTICS public.turn_tenant (dependencies) ON session_id, tenant_id FROM turn;
ALTER TABLE turn ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON turn AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
GRANT INSERT, SELECT, UPDATE ON turn TO agent_runs_service;

CREATE TABLE worker_death (
  session_id text NOT NULL,
  place text NOT NULL,
  tenant_id text NOT NULL,
  stage text NOT NULL,
  cause text NOT NULL,
  deaths integer NOT NULL,
  proven integer NOT NULL,
  last_at timestamp with time zone DEFAULT now() NOT NULL,
  CONSTRAINT worker_death_pkey PRIMARY KEY (session_id, place),
  CONSTRAINT worker_death_cause_check CHECK ((cause = ANY (ARRAY['hang'::text, 'memory'::text]))),
  CONSTRAINT worker_death_check CHECK (((proven >= 0) AND (proven <= deaths))),
  CONSTRAINT worker_death_deaths_check CHECK ((deaths > 0))
);
CREATE STATISTICS public.worker_death_tenant (dependencies) ON session_id, tenant_id FROM worker_death;
ALTER TABLE worker_death ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
CREATE POLICY own_tenant ON worker_death AS PERMISSIVE FOR ALL TO agent_runs_service USING ((tenant_id = NULLIF(current_setting('agent_runs.tenant_id'::text, true), ''::text)));
CREATE POLICY service_wide ON worker_death AS PERMISSIVE FOR ALL TO agent_runs_sweeper USING (true);
GRANT SELECT ON worker_death TO agent_runs_service;
GRANT DELETE, INSERT, SELECT, UPDATE ON worker_death TO agent_runs_sweeper;

ALTER TABLE agent ADD CONSTRAINT agent_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE api_key ADD CONSTRAINT api_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE artifact ADD CONSTRAINT artifact_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE audit_entry ADD CONSTRAINT audit_entry_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE audit_head ADD CONSTRAINT audit_head_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE audit_link ADD CONSTRAINT audit_link_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE bulk_item ADD CONSTRAINT bulk_item_job_id_fkey FOREIGN KEY (job_id) REFERENCES bulk_job(id) ON DELETE CASCADE;
ALTER TABLE bulk_job ADD CONSTRAINT bulk_job_api_key_id_fkey FOREIGN KEY (api_key_id) REFERENCES api_key(id);
ALTER TABLE bulk_job ADD CONSTRAINT bulk_job_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE circuit ADD CONSTRAINT circuit_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE context_document ADD CONSTRAINT context_document_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agent(tenant_id, agent_id);
ALTER TABLE direct_tool_call ADD CONSTRAINT direct_tool_call_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE guardrail_provider ADD CONSTRAINT guardrail_provider_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE guardrail_verdict ADD CONSTRAINT guardrail_verdict_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE guardrail_verdict ADD CONSTRAINT guardrail_verdict_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE idempotency_key ADD CONSTRAINT idempotency_key_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE image ADD CONSTRAINT image_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE inherited_turns ADD CONSTRAINT inherited_turns_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE inherited_turns ADD CONSTRAINT inherited_turns_source_id_fkey FOREIGN KEY (source_id) REFERENCES session(id);
ALTER TABLE input_count ADD CONSTRAINT input_count_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE input_report ADD CONSTRAINT input_report_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE mcp_authorization ADD CONSTRAINT mcp_authorization_server_id_fkey FOREIGN KEY (server_id) REFERENCES mcp_server(id) ON DELETE CASCADE;
ALTER TABLE mcp_oauth ADD CONSTRAINT mcp_oauth_id_fkey FOREIGN KEY (id) REFERENCES mcp_server(id) ON DELETE CASCADE;
ALTER TABLE mcp_server ADD CONSTRAINT mcp_server_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE memory_entry ADD CONSTRAINT memory_entry_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE memory_vector ADD CONSTRAINT memory_vector_entry_id_fkey FOREIGN KEY (entry_id) REFERENCES memory_entry(id) ON DELETE CASCADE;
ALTER TABLE outcome ADD CONSTRAINT outcome_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE provider ADD CONSTRAINT provider_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE query_vector ADD CONSTRAINT query_vector_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE required_action ADD CONSTRAINT required_action_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE required_action ADD CONSTRAINT required_action_session_id_tool_call_id_fkey FOREIGN KEY (session_id, tool_call_id) REFERENCES tool_call(session_id, id) ON DELETE CASCADE;
ALTER TABLE result_file ADD CONSTRAINT result_file_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE selection ADD CONSTRAINT selection_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE session ADD CONSTRAINT session_tenant_id_agent_id_fkey FOREIGN KEY (tenant_id, agent_id) REFERENCES agent(tenant_id, agent_id);
ALTER TABLE session_context ADD CONSTRAINT session_context_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE session_event ADD CONSTRAINT session_event_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE session_inbox ADD CONSTRAINT session_inbox_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE session_summary ADD CONSTRAINT session_summary_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE tenant_limit ADD CONSTRAINT tenant_limit_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE tenant_meter ADD CONSTRAINT tenant_meter_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE tool_call ADD CONSTRAINT tool_call_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE tool_policy ADD CONSTRAINT tool_policy_agent FOREIGN KEY (tenant_id, agent_id) REFERENCES agent(tenant_id, agent_id);
ALTER TABLE tool_policy ADD CONSTRAINT tool_policy_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE tool_rate ADD CONSTRAINT tool_rate_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);
ALTER TABLE turn ADD CONSTRAINT turn_session_id_fkey FOREIGN KEY (session_id) REFERENCES session(id) ON DELETE CASCADE;
ALTER TABLE worker_death ADD CONSTRAINT worker_death_tenant_id_fkey FOREIGN KEY (tenant_id) REFERENCES tenant(id);

CREATE OR REPLACE FUNCTION public.date_audit_entry()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  -- Nobody chooses the time of an entry, and two entries of one transaction keep their order.
  NEW.created_at := clock_timestamp();
  RETURN NEW;
END
$function$;
REVOKE ALL ON ROUTINE date_audit_entry() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.forget_memory_vector()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  DELETE FROM memory_vector WHERE entry_id = OLD.id;
  NEW.vector_space := NULL;
  NEW.vector_due_at := '-infinity';
  RETURN NEW;
END
$function$;
REVOKE ALL ON ROUTINE forget_memory_vector() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.keep_document_versions()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  IF TG_OP = 'UPDATE' THEN
    INSERT INTO context_document_version (tenant_id, agent_id, kind, name, version, content, tokens, updated_at)
    VALUES (OLD.tenant_id, OLD.agent_id, OLD.kind, OLD.name, OLD.version, OLD.content, OLD.tokens, OLD.updated_at);
  END IF;
  DELETE FROM context_document_version
   WHERE tenant_id = OLD.tenant_id AND agent_id = OLD.agent_id AND kind = OLD.kind AND name = OLD.name
     AND (TG_OP = 'DELETE' OR version < OLD.version - 9);
  RETURN NULL;
END
$function$;
REVOKE ALL ON ROUTINE keep_document_versions() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.keep_document_words()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE keep_document_words() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.keep_ended_session()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO tenant_kept VALUES (NEW.tenant_id, 'ended_sessions', 1);
  RETURN NULL;
END
$function$;
REVOKE ALL ON ROUTINE keep_ended_session() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.keep_file()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO tenant_kept VALUES (NEW.tenant_id, 'file_bytes', octet_length(NEW.content));
  RETURN NULL;
END
$function$;
REVOKE ALL ON ROUTINE keep_file() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.keep_idempotency_key()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE keep_idempotency_key() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.keep_memory_words()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE keep_memory_words() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.keep_session_no_more()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE keep_session_no_more() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.label_selection()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE label_selection() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.label_session()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE label_session() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.label_tool_call()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE label_tool_call() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.labels_of_metadata(metadata jsonb)
 RETURNS TABLE(kind text, value text)
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT 'metadata_key', k FROM (SELECT k FROM jsonb_object_keys(metadata) k WHERE octet_length(k) <= 200 ORDER BY k COLLATE "C" LIMIT 50) keys
  UNION ALL
  SELECT 'metadata', k || '=' || v FROM (
    SELECT k, metadata->>k AS v FROM jsonb_object_keys(metadata) k
     WHERE octet_length(k) <= 200 AND jsonb_typeof(metadata->k) IN ('string', 'number', 'boolean')
     ORDER BY k COLLATE "C" LIMIT 50) pairs WHERE octet_length(v) <= 400
$function$;
REVOKE ALL ON ROUTINE labels_of_metadata(jsonb) FROM PUBLIC;
GRANT EXECUTE ON ROUTINE labels_of_metadata(jsonb) TO agent_runs_service;

CREATE OR REPLACE FUNCTION public.nearest_facts(tenant text, agent text, asked_space text, asked_signs bit varying, asked_vector real[], most integer)
 RETURNS TABLE(id text, similarity double precision)
 LANGUAGE plpgsql
 STABLE
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE nearest_facts(text,text,text,bit varying,real[],integer) FROM PUBLIC;
GRANT EXECUTE ON ROUTINE nearest_facts(text,text,text,bit varying,real[],integer) TO agent_runs_service;

CREATE OR REPLACE FUNCTION public.note_cost_of_run()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
  run_session text := substr(NEW.account, 5);
BEGIN
  UPDATE session SET cost_nano = NEW.spent_nano + NEW.excess_nano WHERE id = run_session AND tenant_id = NEW.tenant_id;
  RETURN NULL;
END
$function$;
REVOKE ALL ON ROUTINE note_cost_of_run() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.note_end_of_session()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
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
$function$;
REVOKE ALL ON ROUTINE note_end_of_session() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.note_last_event()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.last_event_at := now();
  RETURN NEW;
END
$function$;
REVOKE ALL ON ROUTINE note_last_event() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.note_taint()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  NEW.tainted := current_setting('agent_runs.tainted', true) IS NOT DISTINCT FROM 'on';
  RETURN NEW;
END
$function$;
REVOKE ALL ON ROUTINE note_taint() FROM PUBLIC;

CREATE OR REPLACE PROCEDURE public.protect_tenant_rows(IN protected regclass, IN privileges text)
 LANGUAGE plpgsql
AS $procedure$
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
$procedure$;
REVOKE ALL ON ROUTINE protect_tenant_rows(regclass,text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.queue_audit_entries()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  INSERT INTO audit_unlinked (tenant_id, created_at, entry_id) SELECT tenant_id, created_at, id FROM written;
  RETURN NULL;
END
$function$;
REVOKE ALL ON ROUTINE queue_audit_entries() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.refuse_audit_change()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'restrict_violation', MESSAGE = format('%s is append-only', TG_TABLE_NAME);
END
$function$;
REVOKE ALL ON ROUTINE refuse_audit_change() FROM PUBLIC;

CREATE OR REPLACE FUNCTION public.refuse_reservation()
 RETURNS void
 LANGUAGE plpgsql
AS $function$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'RUN01', MESSAGE = 'The reservation does not fit under the caps of its accounts.';
END
$function$;
REVOKE ALL ON ROUTINE refuse_reservation() FROM PUBLIC;
GRANT EXECUTE ON ROUTINE refuse_reservation() TO agent_runs_service;

CREATE OR REPLACE FUNCTION public.searched_words(language text, content text, most integer)
 RETURNS text[]
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  SELECT coalesce(array_agg(lexeme ORDER BY place), '{}')
    FROM (SELECT lexeme, row_number() OVER (ORDER BY cardinality(positions) DESC, positions[1], lexeme COLLATE "C") AS place
            FROM unnest(to_tsvector(language::regconfig,
                   regexp_replace(translate(left(content, 65536), './\_-:@#?&=+', '            '),
                                  '([\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff])',
                                  ' \1 ', 'g')))
           WHERE octet_length(lexeme) <= 200) ranked
   WHERE place <= most
$function$;
REVOKE ALL ON ROUTINE searched_words(text,text,integer) FROM PUBLIC;
GRANT EXECUTE ON ROUTINE searched_words(text,text,integer) TO agent_runs_service;

CREATE OR REPLACE FUNCTION public.words_of_error(message text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
AS $function$
  SELECT coalesce(array_agg(word ORDER BY place), '{}') FROM (
    SELECT word, min(place) AS place
      FROM regexp_split_to_table(lower(left(message, 2000)), '[^[:alnum:]_]+') WITH ORDINALITY AS w (word, place)
     WHERE word <> '' AND octet_length(word) <= 100 GROUP BY word ORDER BY min(place) LIMIT 100) words
$function$;
REVOKE ALL ON ROUTINE words_of_error(text) FROM PUBLIC;
GRANT EXECUTE ON ROUTINE words_of_error(text) TO agent_runs_service;

CREATE TRIGGER kept_bytes AFTER INSERT ON public.artifact FOR EACH ROW EXECUTE FUNCTION keep_file();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_entry FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER dated BEFORE INSERT ON public.audit_entry FOR EACH ROW EXECUTE FUNCTION date_audit_entry();
CREATE TRIGGER queued AFTER INSERT ON public.audit_entry REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION queue_audit_entries();
CREATE TRIGGER append_only BEFORE DELETE OR UPDATE OR TRUNCATE ON public.audit_link FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
CREATE TRIGGER noted_cost AFTER UPDATE OF spent_nano, excess_nano ON public.budget_account FOR EACH ROW WHEN (((new.account ~~ 'run:%'::text) AND ((new.spent_nano + new.excess_nano) <> (old.spent_nano + old.excess_nano)))) EXECUTE FUNCTION note_cost_of_run();
CREATE TRIGGER changed_taint BEFORE UPDATE ON public.context_document FOR EACH ROW WHEN ((new.content IS DISTINCT FROM old.content)) EXECUTE FUNCTION note_taint();
CREATE TRIGGER document_versions AFTER DELETE OR UPDATE OF content ON public.context_document FOR EACH ROW EXECUTE FUNCTION keep_document_versions();
CREATE TRIGGER document_words_of_changed AFTER UPDATE OF content ON public.context_document FOR EACH ROW WHEN (((new.kind = 'reference'::text) AND (old.content IS DISTINCT FROM new.content))) EXECUTE FUNCTION keep_document_words();
CREATE TRIGGER document_words_of_deleted AFTER DELETE ON public.context_document FOR EACH ROW WHEN ((old.kind = 'reference'::text)) EXECUTE FUNCTION keep_document_words();
CREATE TRIGGER document_words_of_new AFTER INSERT ON public.context_document FOR EACH ROW WHEN ((new.kind = 'reference'::text)) EXECUTE FUNCTION keep_document_words();
CREATE TRIGGER new_taint BEFORE INSERT ON public.context_document FOR EACH ROW EXECUTE FUNCTION note_taint();
CREATE TRIGGER kept_key AFTER INSERT OR DELETE OR UPDATE OF body ON public.idempotency_key FOR EACH ROW EXECUTE FUNCTION keep_idempotency_key();
CREATE TRIGGER kept_bytes AFTER INSERT ON public.image FOR EACH ROW EXECUTE FUNCTION keep_file();
CREATE TRIGGER changed_taint BEFORE UPDATE ON public.memory_entry FOR EACH ROW WHEN ((new.fact IS DISTINCT FROM old.fact)) EXECUTE FUNCTION note_taint();
CREATE TRIGGER memory_vector_of_changed BEFORE UPDATE OF fact, agent_id ON public.memory_entry FOR EACH ROW WHEN (((old.fact IS DISTINCT FROM new.fact) OR (old.agent_id IS DISTINCT FROM new.agent_id))) EXECUTE FUNCTION forget_memory_vector();
CREATE TRIGGER memory_words_of_changed AFTER UPDATE OF fact, agent_id ON public.memory_entry FOR EACH ROW WHEN (((old.fact IS DISTINCT FROM new.fact) OR (old.agent_id IS DISTINCT FROM new.agent_id))) EXECUTE FUNCTION keep_memory_words();
CREATE TRIGGER memory_words_of_new AFTER INSERT OR DELETE ON public.memory_entry FOR EACH ROW EXECUTE FUNCTION keep_memory_words();
CREATE TRIGGER new_taint BEFORE INSERT ON public.memory_entry FOR EACH ROW EXECUTE FUNCTION note_taint();
CREATE TRIGGER kept_bytes AFTER INSERT ON public.result_file FOR EACH ROW EXECUTE FUNCTION keep_file();
CREATE TRIGGER labels AFTER INSERT ON public.selection FOR EACH ROW EXECUTE FUNCTION label_selection();
CREATE TRIGGER kept_ended AFTER UPDATE OF status ON public.session FOR EACH ROW WHEN (((old.status <> 'ended'::text) AND (new.status = 'ended'::text))) EXECUTE FUNCTION keep_ended_session();
CREATE TRIGGER kept_no_more BEFORE DELETE ON public.session FOR EACH ROW EXECUTE FUNCTION keep_session_no_more();
CREATE TRIGGER labels_of_changed AFTER UPDATE OF metadata, error ON public.session FOR EACH ROW WHEN (((old.metadata <> new.metadata) OR (old.error IS DISTINCT FROM new.error))) EXECUTE FUNCTION label_session();
CREATE TRIGGER labels_of_deleted AFTER DELETE ON public.session FOR EACH ROW EXECUTE FUNCTION label_session();
CREATE TRIGGER labels_of_new AFTER INSERT ON public.session FOR EACH ROW WHEN (((new.metadata <> '{}'::jsonb) OR (new.error IS NOT NULL))) EXECUTE FUNCTION label_session();
CREATE TRIGGER noted_end BEFORE UPDATE OF status, turns ON public.session FOR EACH ROW WHEN (((old.status = 'ended'::text) OR (new.status = 'ended'::text))) EXECUTE FUNCTION note_end_of_session();
CREATE TRIGGER noted_event BEFORE UPDATE OF event_seq ON public.session FOR EACH ROW WHEN ((new.event_seq <> old.event_seq)) EXECUTE FUNCTION note_last_event();
CREATE TRIGGER noted_new_end BEFORE INSERT ON public.session FOR EACH ROW WHEN ((new.status = 'ended'::text)) EXECUTE FUNCTION note_end_of_session();
CREATE TRIGGER labels AFTER INSERT ON public.tool_call FOR EACH ROW EXECUTE FUNCTION label_tool_call();
