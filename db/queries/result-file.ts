import type { NewFile } from '../../domain/result-file.ts';
import type { Tx } from '../database.ts';
import { ownersOf } from './transcript-turns.ts';

/** Stores files of a session. One that is stored already costs only a look-up. */
export function insertFiles(tx: Tx, sessionId: string, files: readonly NewFile[]): void {
  for (const { id, mediaType, content } of files) {
    tx.send(
      'insert-result-file',
      `INSERT INTO result_file (session_id, id, tenant_id, media_type, content)
       VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
      [sessionId, id, tx.tenantId, mediaType, content],
    );
  }
}

/** Reads files of a session. An id that it does not have is left out. */
export async function readFiles(tx: Tx, sessionId: string, ids: readonly string[]): Promise<NewFile[]> {
  return tx.query<NewFile>(
    'read-result-files',
    `SELECT DISTINCT ON (id) id, media_type AS "mediaType", content FROM result_file
      WHERE session_id IN ${ownersOf('$1')} AND id = ANY ($2) AND tenant_id = $3`,
    [sessionId, ids, tx.tenantId],
  );
}

export async function readFileOf(tx: Tx, sessionId: string, id: string): Promise<NewFile | undefined> {
  const rows = await tx.query<NewFile>(
    'read-result-file',
    `SELECT DISTINCT ON (id) id, media_type AS "mediaType", content FROM result_file
      WHERE session_id IN ${ownersOf('$1')} AND id = $2 AND tenant_id = $3`,
    [sessionId, id, tx.tenantId],
  );
  return rows[0];
}
