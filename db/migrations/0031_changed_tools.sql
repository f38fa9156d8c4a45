-- When the stored definitions of a server last changed: at a discovery, when a changed tool was quarantined, or accepted. Catalogs
-- that were made before are not used any more. Null: not since the column was added; `discovered_at` says it.
ALTER TABLE mcp_server ADD COLUMN tools_changed_at timestamptz;
