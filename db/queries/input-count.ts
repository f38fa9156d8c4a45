import type { TranscriptWindow } from '../../domain/transcript-window.ts';
import type { Tx } from '../database.ts';
import { type PromptTexts, promptTexts } from './turn-to-call.ts';

/** A prompt whose tokens are to be counted: what it shows of the transcript, and the model that would be sent it. */
export interface CountToMake {
  readonly provider: string;
  readonly model: string;
  readonly window: TranscriptWindow;
}

/** Asks for counts of the prompt of a turn. A count of an earlier turn, or of another prompt, is forgotten. */
export function askForCounts(tx: Tx, sessionId: string, turn: number, counts: readonly CountToMake[]): void {
  tx.send(
    'ask-for-counts',
    `INSERT INTO input_count (session_id, provider, model, tenant_id, turn, transcript, state)
     SELECT $1, c.provider, c.model, $2, $3, c."window", 'asked'
       FROM jsonb_to_recordset($4) AS c (provider text, model text, "window" jsonb)
     ON CONFLICT (session_id, provider, model) DO UPDATE
        SET turn = excluded.turn, transcript = excluded.transcript, state = 'asked', input_tokens = NULL, request_bytes = NULL`,
    [sessionId, tx.tenantId, turn, JSON.stringify(counts)],
  );
}

/** The counts of a turn that nobody has made yet. */
export async function countsToMake(tx: Tx, sessionId: string, turn: number): Promise<CountToMake[]> {
  return tx.query<CountToMake>(
    'counts-to-make',
    `SELECT provider, model, transcript AS "window" FROM input_count
      WHERE session_id = $1 AND turn = $2 AND state = 'asked'`,
    [sessionId, turn],
  );
}

/** The texts of a turn's prompt, without the transcript. @returns undefined when there is no such turn */
export async function readPromptToCount(
  tx: Tx,
  sessionId: string,
  turn: number,
  selection: number,
): Promise<PromptTexts | undefined> {
  const [row] = await tx.query<PromptTexts>(
    'read-prompt-to-count',
    `SELECT ${promptTexts({ tenantId: '$1', sessionId: '$2', turn: '$3', selection: '$4' })}
       FROM turn t WHERE t.session_id = $2 AND t.turn = $3`,
    [tx.tenantId, sessionId, turn, selection],
  );
  return row;
}

/** Stores what came of a count, unless it is stored already, or another prompt was asked for meanwhile. */
export function storeCount(
  tx: Tx,
  sessionId: string,
  turn: number,
  count: CountToMake,
  made: { readonly by: 'counted' | 'tokenized'; readonly tokens: number; readonly requestBytes: number } | undefined,
): void {
  tx.send(
    'store-count',
    `UPDATE input_count SET state = $6, input_tokens = $7, request_bytes = $8
      WHERE session_id = $1 AND turn = $2 AND provider = $3 AND model = $4 AND transcript = $5::jsonb AND state = 'asked'`,
    [
      sessionId,
      turn,
      count.provider,
      count.model,
      JSON.stringify(count.window),
      made?.by ?? 'failed',
      made?.tokens ?? null,
      made?.requestBytes ?? null,
    ],
  );
}
