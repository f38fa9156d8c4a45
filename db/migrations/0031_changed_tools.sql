-- The time of the last change to the stored definitions of a server: at a discovery, when a changed tool was quarantined, or when
-- it was accepted. Catalogs that were made before are not used any more. Null: nothing has changed since the column was added;
-- `discovered_at` says the time.
ALTER TABLE mcp_server ADD COLUMN tools_changed_at timestamptz;
