-- What a provider's requests have beside the usual. Null: nothing.
ALTER TABLE provider
  -- A JSON object of names and values, sealed like the key and bound to (tenant_id, id/headers).
  ADD COLUMN sealed_headers bytea,
  ADD COLUMN header_names jsonb,
  ADD COLUMN extra_body jsonb,
  ADD COLUMN dialect jsonb;
