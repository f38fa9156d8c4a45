import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Tx } from '../../db/database.ts';
import { bundledEffectResult, insertBundledEffect, isRepeatedEffect } from '../../db/queries/bundled-effect.ts';
import type { BundledCall } from './call-meta.ts';

/**
 * Commits an effect and its idempotency key in one transaction (I5). The same call again, also at the same time in
 * another process, changes nothing and returns the stored result. Within a transaction that the call has joined, it is the
 * whole of that which fails at its commit (isRepeatedEffect).
 */
export async function commitOnce(
  call: BundledCall,
  effect: (tx: Tx) => Promise<CallToolResult>,
): Promise<CallToolResult> {
  const { database, toolCallId } = call;
  const { tenantId, sessionId } = call.scope;
  try {
    return await database.transaction(tenantId, async (tx) => {
      const result = await effect(tx);
      // The effect first: one statement less for all calls but the repeated ones, which roll back.
      insertBundledEffect(tx, sessionId, toolCallId, result);
      return result;
    });
  } catch (error) {
    if (!isRepeatedEffect(error)) throw error;
  }
  const stored = await database.transaction(tenantId, (tx) => bundledEffectResult(tx, sessionId, toolCallId));
  if (stored === undefined) throw new Error('The stored result of a bundled effect is gone.');
  return stored as CallToolResult; // written by the transaction above and nothing else
}
