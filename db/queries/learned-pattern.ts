import type { Tx } from '../database.ts';

/** The names of skills that an agent learned begin with this. */
export const LEARNED_PREFIX = 'learned/';

/** Reads the patterns that an agent learned, the newest first. */
export async function learnedPatterns(tx: Tx, agentId: string): Promise<{ name: string; content: string }[]> {
  return tx.query(
    'learned-patterns',
    `SELECT name, content FROM context_document
      WHERE tenant_id = $1 AND agent_id = $2 AND kind = 'skill' AND starts_with(name, $3) ORDER BY updated_at DESC, name`,
    [tx.tenantId, agentId, LEARNED_PREFIX],
  );
}
