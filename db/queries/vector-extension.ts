import type { Tx } from '../database.ts';

/** Tells whether this database has the extension "vector" (pgvector), where the services may use it. */
export async function hasVectorExtension(tx: Tx): Promise<boolean> {
  const rows = await tx.query(
    'has-vector-extension',
    `SELECT 1 FROM pg_extension
      WHERE extname = 'vector' AND has_schema_privilege('agent_runs_service', extnamespace, 'USAGE')`,
  );
  return rows.length > 0;
}
