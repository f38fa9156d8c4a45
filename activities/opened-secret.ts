import { type SealBinding, SealError } from '../processes/seal.ts';
import type { StageDeps } from './stage-deps.ts';

/**
 * Opens a sealed secret. The result is in the clear: it must not be stored, logged or sent to Temporal (I10).
 * @returns undefined, with a line in the log, when the secret was sealed with another key: an operator changed the key, and the
 * secret has to be given again. Until then a stage goes on without the secret, since retrying would never end (I6).
 */
export function openedSecret(
  deps: Pick<StageDeps, 'sealer' | 'report'>,
  sealed: Uint8Array,
  binding: SealBinding,
): string | undefined {
  try {
    return deps.sealer.open(sealed, binding);
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    const { tenantId, rowId } = binding;
    deps.report({
      event: 'secret_unreadable',
      tenant_id: tenantId,
      row_id: rowId,
      cause: 'secret.sealed_with_another_key',
    });
    return undefined;
  }
}
