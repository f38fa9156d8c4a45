import type { Database, Tx } from '../../db/database.ts';
import { putMcpServerGeneration, putMcpServerHealth } from '../../db/queries/mcp-server.ts';
import type { Report } from '../../processes/log-line.ts';
import type { McpServer } from '../calls/tool-call.ts';
import type { Generation } from '../stateless/generations.ts';
import type { HealthChange } from './server-health.ts';

export interface StoredHealth {
  readonly changed: (change: HealthChange) => void;
  readonly speaks: (server: McpServer, generation: Generation) => void;
  /** Resolves when all changes are stored. */
  close(): Promise<void>;
}

/**
 * Stores the health of MCP servers, so that the API shows what workers find, and the generation that they speak, so that a process
 * that starts probes none. Both can be done without: a change that cannot be stored is given up, and nothing waits for one.
 */
export function createStoredHealth(deps: {
  readonly db: Database;
  readonly report: Report;
  readonly warn: (message: string, error?: unknown) => void;
}): StoredHealth {
  // One after the other, because the last change is the one that must stay.
  let storing = Promise.resolve();
  const store = (tenantId: string, what: string, put: (tx: Tx) => Promise<void>) => {
    storing = storing
      .then(() => deps.db.transaction(tenantId, put))
      .catch((error: unknown) => deps.warn(`The ${what} of an MCP server could not be stored.`, error));
  };
  return {
    changed({ server: { id, tenantId }, health, failures }) {
      if (health.until !== undefined) {
        deps.report({
          event: 'mcp_server_down',
          tenant_id: tenantId,
          server: id,
          failures,
          cause: 'tool.server_failing',
        });
      }
      store(tenantId, 'health', (tx) => putMcpServerHealth(tx, id, health));
    },
    speaks({ id, tenantId, transport }, generation) {
      const [url, command] = transport.kind === 'stdio' ? [null, transport.command] : [transport.url, null];
      store(tenantId, 'generation', (tx) => putMcpServerGeneration(tx, { id, url, command, generation }));
    },
    close: () => storing,
  };
}
