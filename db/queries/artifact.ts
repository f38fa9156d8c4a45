import type { Tx } from '../database.ts';
import { callsOf, ownersOf } from './transcript-turns.ts';

export interface NewArtifact {
  readonly id: string;
  readonly toolCallId: string;
  readonly content: string;
}

/** Stores the whole result of a call once. If it is stored already, the first one stays. */
export function insertArtifact(tx: Tx, sessionId: string, { id, toolCallId, content }: NewArtifact): void {
  tx.send(
    'insert-artifact',
    `INSERT INTO artifact (session_id, id, tenant_id, tool_call_id, bytes, content)
     VALUES ($1, $2, $3, $4, octet_length($5::text), $5) ON CONFLICT DO NOTHING`,
    [sessionId, id, tx.tenantId, toolCallId, content],
  );
}

export interface ArtifactView {
  readonly id: string;
  /** UTF-8 bytes of `content`. */
  readonly bytes: number;
  readonly content: string;
}

export async function readArtifactOf(tx: Tx, sessionId: string, id: string): Promise<ArtifactView | undefined> {
  const rows = await tx.query<ArtifactView>(
    'read-artifact',
    `SELECT a.id, a.bytes, a.content FROM ${ownersOf('$1')} o (id)
       JOIN artifact a ON a.session_id = o.id AND a.id = $2 AND a.tenant_id = $3
      WHERE o.id = $1 OR EXISTS (SELECT FROM ${callsOf('$1', (c) => `${c}.id = a.tool_call_id`)} c)`,
    [sessionId, id, tx.tenantId],
  );
  return rows[0];
}
