import type { Tx } from '../db/database.ts';
import { createKnownEvaluations } from '../evaluation/evaluated-before.ts';
import type { Evaluate } from '../evaluation/evaluations.ts';
import type { StageDeps } from './stage-deps.ts';

/**
 * Runs a transaction that is given only evaluations which were made before it. One that needs another evaluation is rolled back and
 * runs again, so it must have no effect but its own.
 */
export function evaluatedTransaction<T>(
  { db, evaluator }: Pick<StageDeps, 'db' | 'evaluator'>,
  tenantId: string,
  transaction: (tx: Tx, evaluate: Evaluate) => Promise<T>,
): Promise<T> {
  const known = createKnownEvaluations(evaluator.of(tenantId));
  return known.before((evaluate) => db.transaction(tenantId, (tx) => transaction(tx, evaluate)));
}
