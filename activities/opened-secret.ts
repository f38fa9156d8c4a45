import { type SealBinding, SealError } from '../processes/seal.ts';
import type { StageDeps } from './stage-deps.ts';

/** A secret in the clear: it must not be stored, logged or sent to Temporal (I10). Or why it does not open, in words. */
export type OpenedSecret = { readonly secret: string } | { readonly problem: string };

/**
 * Opens a sealed secret. Where it was sealed under a key that this worker does not have, there is a line in the log, and the
 * stage goes on without the secret, since retrying would never end (I6).
 */
export function openedSecret(
  deps: Pick<StageDeps, 'sealer' | 'report'>,
  sealed: Uint8Array,
  binding: SealBinding,
): OpenedSecret {
  try {
    return { secret: deps.sealer.open(sealed, binding) };
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    const { tenantId, rowId } = binding;
    const { message: problem } = error;
    deps.report({
      event: 'secret_unreadable',
      tenant_id: tenantId,
      row_id: rowId,
      problem,
      cause: 'secret.sealed_with_another_key',
    });
    return { problem };
  }
}
