import { linkEntries } from '../audit/link-entries.ts';
import type { Database } from '../db/database.ts';
import { tenantsToLink } from '../db/queries/audit-chain.ts';
import type { Sealer } from '../processes/seal.ts';
import { repeating } from './repeating.ts';

export interface AuditLinkerDeps {
  readonly db: Database;
  readonly sealer: Sealer;
  readonly warn: (message: string, error?: unknown) => void;
  /** Default 1 s. */
  readonly everyMs?: number;
}

/**
 * Links the entries of the audit after their commit (ADR 23). Any number of workers may link: those who meet at one tenant wait
 * for each other, and no entry is linked twice.
 */
export function createAuditLinker(deps: AuditLinkerDeps): { close(): Promise<void> } {
  const closing = new AbortController();
  const linking = repeating({
    everyMs: deps.everyMs ?? 1_000,
    onError: (error) =>
      deps.warn('The audit could not be looked through for entries to link; it is tried again.', error),
    async work() {
      for (const tenantId of await deps.db.serviceTransaction(tenantsToLink)) {
        try {
          while (!closing.signal.aborted && (await linkEntries(deps, tenantId)) > 0);
        } catch (error) {
          deps.warn(`The audit of tenant ${tenantId} could not be linked; it is tried again.`, error);
        }
      }
    },
  });
  return {
    close() {
      closing.abort();
      return linking.stop();
    },
  };
}
