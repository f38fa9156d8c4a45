-- What a POST with an Idempotency-Key answered, for 24 h. The row commits with the effect it tells of, or not at all.
CREATE TABLE idempotency_key (
  tenant_id       text NOT NULL REFERENCES tenant,
  key             text NOT NULL,
  -- Of method, path, query and body: the same key for anything else is refused.
  request_sha256  bytea NOT NULL,
  -- The most that the API key which came first may do: a replay asks for as much.
  scope           text NOT NULL CHECK (scope IN ('admin', 'run', 'read')),
  -- The request that works on it. It is seen by others, and its time counts, only where the work dials out.
  lease           text,
  leased_until    timestamptz,
  status          integer,
  headers         jsonb,
  body            text,
  created_at      timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (tenant_id, key),
  CHECK ((status IS NULL) = (lease IS NOT NULL)),
  CHECK (num_nulls(lease, leased_until) IN (0, 2)),
  CHECK (num_nulls(status, headers, body) IN (0, 3))
);
CREATE INDEX idempotency_key_age ON idempotency_key (created_at);
