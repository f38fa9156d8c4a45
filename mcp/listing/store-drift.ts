import type { Database } from '../../db/database.ts';
import { lockMcpServer, storePins } from '../../db/queries/mcp-pins.ts';
import type { OnDrift } from './listed-tools.ts';
import { drifted, isPinned } from './tool-pins.ts';

export interface StoreDriftDeps {
  readonly db: Database;
  readonly nowMs: () => number;
  readonly warn: (message: string, error?: unknown) => void;
}

/**
 * Puts a tool whose definition changed into quarantine, with the definition that was found. The call that found it fails in any
 * case, so nothing depends on this: if it cannot be stored, the next call finds the change again.
 */
export function createStoreDrift({ db, nowMs, warn }: StoreDriftDeps): OnDrift {
  return async ({ server, toolName, pin }, found) => {
    const store = db.transaction(server.tenantId, async (tx) => {
      const row = await lockMcpServer(tx, server.id);
      const pinned = row?.tools?.find(({ name }) => name === toolName);
      // An admin may have accepted the definition, or pinned another one, while the server was asked.
      if (row?.tools == null || pinned?.hash !== pin.hash || pinned.drift?.hash === found.hash) return;
      if (isPinned(toolName, found, pinned)) return;
      const quarantined = drifted(pinned, found, new Date(nowMs()));
      const tools = row.tools.map((tool) => (tool === pinned ? quarantined : tool));
      await storePins(tx, server.id, tools);
    });
    await store.catch((error: unknown) => warn('A tool whose definition changed could not be quarantined.', error));
  };
}
