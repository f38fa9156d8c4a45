import { type SealBinding, SealError } from '../processes/seal.ts';
import type { StageDeps } from './stage-deps.ts';

/**
 * A secret in the clear (I10), or undefined, and an alarm, where it was sealed with another key: an operator changed it, and
 * whoever gave the secret has to give it again. Until then a stage does without, as trying again would never end (I6).
 */
export function openedSecret(
  deps: Pick<StageDeps, 'sealer' | 'alarm'>,
  sealed: Uint8Array,
  binding: SealBinding,
): string | undefined {
  try {
    return deps.sealer.open(sealed, binding);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    deps.alarm('A stored secret does not open with the AGENT_RUNS_SEALING_KEY of this worker.', { ...binding });
    return undefined;
  }
}
