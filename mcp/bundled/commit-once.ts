import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { Database, Tx } from '../../db/database.ts';
import { bundledEffectResult, insertBundledEffect } from '../../db/queries/bundled-effect.ts';
import type { BundledCall } from './call-meta.ts';

class AlreadyCommitted extends Error {}

/**
 * Commits an effect and its idempotency key in one transaction (I5). The same call again, also at the same time in
 * another process, changes nothing and returns the stored result.
 */
export async function commitOnce(
  database: Database,
  call: BundledCall,
  effect: (tx: Tx) => Promise<CallToolResult>,
): Promise<CallToolResult> {
  const { tenantId, sessionId } = call.scope;
  try {
    return await database.transaction(tenantId, async (tx) => {
      const result = await effect(tx);
      // The effect first: one statement less for all calls but the repeated ones, which roll back.
      if (!(await insertBundledEffect(tx, sessionId, call.toolCallId, result))) throw new AlreadyCommitted();
      return result;
    });
  } catch (error) {
    if (!(error instanceof AlreadyCommitted)) throw error;
  }
  const stored = await database.transaction(tenantId, (tx) => bundledEffectResult(tx, sessionId, call.toolCallId));
  if (stored === undefined) throw new Error('The stored result of a bundled effect is gone.');
  return stored as CallToolResult; // written by the transaction above and nothing else
}
