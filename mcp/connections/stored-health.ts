import type { Database } from '../../db/database.ts';
import { putMcpServerHealth } from '../../db/queries/mcp-server.ts';
import type { Report } from '../../processes/log-line.ts';
import type { HealthChange } from './server-health.ts';

export interface StoredHealth {
  readonly changed: (change: HealthChange) => void;
  /** Resolves when all changes are stored. */
  close(): Promise<void>;
}

/**
 * Stores the health of MCP servers, so that the API shows what workers find. It is a figure to look at: a change that cannot be
 * stored is given up, and nothing waits for one.
 */
export function createStoredHealth(deps: {
  readonly db: Database;
  readonly report: Report;
  readonly warn: (message: string, error?: unknown) => void;
}): StoredHealth {
  // One after the other, because the last change is the one that must stay.
  let storing = Promise.resolve();
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
      storing = storing
        .then(() => deps.db.transaction(tenantId, (tx) => putMcpServerHealth(tx, id, health)))
        .catch((error: unknown) => deps.warn('The health of an MCP server could not be stored.', error));
    },
    close: () => storing,
  };
}
