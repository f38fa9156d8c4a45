import type { MediaSize } from '../../domain/media/media-window.ts';
import type { Size } from '../../domain/text-cut.ts';
import type { TurnSize } from '../../domain/transcript-window.ts';
import type { Tx } from '../database.ts';
import { turnsOf } from './transcript-turns.ts';

export interface StoredTurnSize extends TurnSize {
  readonly turn: number;
  /** Null: they may still change. */
  readonly closedAt: string | null;
}

/** The first turns of a session, as a process has read them before: how many, and when the last of them was closed. */
export interface KnownSizes {
  readonly turns: number;
  readonly lastClosedAt: string;
}

const NOTHING = { whole: [0, 0], levels: null } as const;

/** Stands for a turn that was taken out of the transcript, so that the index of a size is that of its turn. */
const goneTurn = (turn: number): StoredTurnSize => ({
  turn,
  closedAt: '',
  messages: NOTHING,
  answer: [0, 0],
  results: NOTHING,
  gone: true,
});

/**
 * The sizes of the turns up to `lastTurn`, oldest first, without those that are known if they still hold. They were counted
 * when each part was stored and are never counted again.
 */
export async function turnSizes(
  tx: Tx,
  sessionId: string,
  lastTurn: number,
  known: KnownSizes | undefined,
): Promise<StoredTurnSize[]> {
  const rows = await tx.query<{
    first: number;
    turn: number;
    closedAt: string | null;
    input: Size;
    answer: Size;
    results: Size;
    inputLevels: readonly Size[] | null;
    resultsLevels: readonly Size[] | null;
    messageImages: readonly MediaSize[] | null;
    resultImages: readonly MediaSize[] | null;
  }>(
    'turn-sizes',
    `SELECT f.first, turn, closed_at::text AS "closedAt", ARRAY[input_tokens, input_bytes] AS input,
            ARRAY[answer_tokens, answer_bytes] AS answer, ARRAY[results_tokens, results_bytes] AS results,
            input_levels AS "inputLevels", results_levels AS "resultsLevels",
            message_images AS "messageImages", result_images AS "resultImages"
       FROM (SELECT coalesce((SELECT k.turn + 1 FROM ${turnsOf('$1', (k) => `${k}.turn = $3::int - 1`)} k
                               WHERE k.closed_at::text = $4), 0) AS first) f
      CROSS JOIN LATERAL ${turnsOf('$1', (t) => `${t}.turn BETWEEN f.first AND $2`)} t
      ORDER BY turn`,
    [sessionId, lastTurn, known?.turns ?? null, known?.lastClosedAt ?? null],
  );
  const sizes = rows.map(
    ({ turn, closedAt, input, answer, results, inputLevels, resultsLevels, messageImages, resultImages }) => ({
      turn,
      closedAt,
      messages: { whole: input, levels: inputLevels },
      answer,
      results: { whole: results, levels: resultsLevels },
      images:
        messageImages === null && resultImages === null
          ? undefined
          : { messages: messageImages ?? [], results: resultImages ?? [] },
    }),
  );
  return withGoneTurns(sizes, rows[0]?.first ?? 0);
}

function withGoneTurns(sizes: readonly StoredTurnSize[], first: number): StoredTurnSize[] {
  const all: StoredTurnSize[] = [];
  for (const size of sizes) {
    while (first + all.length < size.turn) all.push(goneTurn(first + all.length));
    all.push(size);
  }
  return all;
}
