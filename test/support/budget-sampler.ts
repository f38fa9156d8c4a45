import type { Database } from '../../db/database.ts';

export interface BudgetSampler {
  readonly samples: number;
  /** Accounts that were seen over their cap. */
  readonly violations: readonly string[];
  stop(): Promise<void>;
}

const EVERY_MS = 100;

/** Checks every 100 ms, while sessions run, that no account holds more than its cap (I4). */
export function sampleBudgets(db: Database): BudgetSampler {
  const violations: string[] = [];
  let samples = 0;
  let stopped = false;

  async function look(): Promise<void> {
    const over = await db.serviceTransaction((tx) =>
      tx.query<{ account: string; spentNano: bigint; reservedNano: bigint; capNano: bigint }>(
        'sample-budgets',
        `SELECT account, spent_nano AS "spentNano", reserved_nano AS "reservedNano", cap_nano AS "capNano"
           FROM budget_account WHERE spent_nano + reserved_nano > cap_nano AND cap_nano = ceiling_nano`,
      ),
    );
    samples += 1;
    for (const { account, spentNano, reservedNano, capNano } of over) {
      violations.push(`[I4] ${account} held ${spentNano} + ${reservedNano} of ${capNano}`);
    }
  }

  const done = (async () => {
    while (!stopped) {
      // Some tests kill Postgres. A sample that fails for that reason is no violation.
      await look().catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
    }
  })();

  return {
    get samples() {
      return samples;
    },
    violations,
    async stop() {
      stopped = true;
      await done;
    },
  };
}
