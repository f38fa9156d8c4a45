-- Who may note facts in the block `system`, which are the rules of how an agent works: people alone, or models as well. Null: people.
ALTER TABLE tenant ADD COLUMN system_block text CHECK (system_block IN ('people', 'models'));
GRANT UPDATE (system_block) ON tenant TO agent_runs_service;
