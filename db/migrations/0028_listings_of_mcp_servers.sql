-- The last discovery of a server also found these: tools that can't be offered, and what is odd about the listing.
ALTER TABLE mcp_server ADD COLUMN withheld jsonb NOT NULL DEFAULT '[]';
ALTER TABLE mcp_server ADD COLUMN listing_warnings jsonb NOT NULL DEFAULT '[]';
