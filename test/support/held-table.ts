import type { Database } from '../../db/database.ts';
import { until } from './until.ts';

/** A locked table. Stages that need it wait, and keep the locks that they have. */
export interface HeldTable {
  /** Resolves when `count` transactions wait for the table. */
  blocked(count: number): Promise<void>;
  /** Resolves when `count` transactions wait for rows that others have locked. */
  rowsAwaited(count: number): Promise<void>;
  /** @returns false if the table was held for so long that stages may have been started again. */
  release(): Promise<boolean>;
}

/** The lock time-out of stages and requests. */
const LOCK_TIMEOUT_MS = 2_000;
const LONGEST_MS = 8_000;

export async function holdTable(
  db: Database,
  table: 'audit_entry' | 'context_document' | 'direct_tool_call' | 'posterior' | 'provider',
): Promise<HeldTable> {
  let letGo: () => void = () => undefined;
  const released = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let over: Promise<void> = Promise.resolve();
  let sinceMs = 0;
  await new Promise<void>((resolve, reject) => {
    over = db.serviceTransaction(async (tx) => {
      await tx.query(`hold-${table}`, `LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
      sinceMs = performance.now();
      resolve();
      await released;
    });
    over.catch(reject);
  });

  const countOf = async (name: string, condition: string) => {
    const rows = await db.serviceTransaction((tx) =>
      tx.query<{ waiting: number }>(
        name,
        `SELECT count(DISTINCT pid)::int AS waiting FROM pg_locks WHERE NOT granted AND ${condition}`,
      ),
    );
    return rows[0]?.waiting ?? 0;
  };
  return {
    async blocked(count) {
      const condition = `relation = '${table}'::regclass`;
      await until(
        `${count} stages to stand still at ${table}`,
        async () => (await countOf(`blocked-at-${table}`, condition)) >= count,
        LONGEST_MS,
      ).catch((error) => {
        // A test that fails here would keep the table, and nobody could close anything.
        letGo();
        throw error;
      });
    },
    async rowsAwaited(count) {
      await until(
        `${count} requests to wait for a row`,
        async () => (await countOf('rows-awaited', `locktype IN ('transactionid', 'tuple')`)) >= count,
        LONGEST_MS,
      );
    },
    async release() {
      letGo();
      await over;
      return performance.now() - sinceMs < LOCK_TIMEOUT_MS;
    },
  };
}
