-- What the last discovery of a server found besides its tools: tools that can't be offered, and what is odd about the listing.
ALTER TABLE mcp_server ADD COLUMN withheld jsonb NOT NULL DEFAULT '[]';
ALTER TABLE mcp_server ADD COLUMN listing_warnings jsonb NOT NULL DEFAULT '[]';
