import type { Tx } from '../../db/database.ts';
import { closeCircuitsOf } from '../../db/queries/circuit.ts';
import { forgetContextLimits } from '../../db/queries/context-limit.ts';

/** Forgets what had failed with a provider, because somebody changed it or a test of it passed: it may be another server. */
export async function forgetFailures(tx: Tx, provider: string): Promise<void> {
  await closeCircuitsOf(tx, provider);
  await forgetContextLimits(tx, provider);
}
