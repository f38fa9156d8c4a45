import type { MediaRef } from '../../domain/media/media-ref.ts';
import type { Size } from '../../domain/text-cut.ts';
import type { TranscriptWindow } from '../../domain/transcript-window.ts';
import type { StoredAnswer } from '../../domain/turn-record.ts';
import type { Tx } from '../database.ts';
import { turnBefore, turnsOf } from './transcript-turns.ts';
import type { MessageImage } from './turn.ts';

export interface PromptTurn {
  readonly turn: number;
  readonly userMessages: readonly string[];
  /** The size of the messages at each level to which they may be cut. Null: they are too short to be cut. */
  readonly messageLevels: readonly Size[] | null;
  /** The images of the messages, in order. Null: there are none. */
  readonly messageImages: readonly MessageImage[] | null;
  /** Null when it is left out, or not there yet. */
  readonly answer: StoredAnswer | null;
  /** The results of the answer in call order. Null when they are left out, or when there are none. */
  readonly results: readonly PromptResult[] | null;
}

export interface PromptResult {
  readonly id: string;
  readonly toolName: string;
  /** The whole output, or its beginning when it is cut. */
  readonly output: string | null;
  readonly isError: boolean | null;
  /** The end of an output that is cut, and how many characters are between the two. Null when it is whole. */
  readonly tail: string | null;
  readonly leftOut: number | null;
  /** The counted size of an output that is cut, in bytes as JSON. Null when the output is whole. */
  readonly cutBytes: number | null;
  /** Null: there are none, or they were not counted when the turn was closed. */
  readonly images: readonly MediaRef[] | null;
}

/** The turns of a transcript that a process has read before, and by which it knows whether they are still the same. */
export interface KnownTurns {
  /** The places at which the window leaves out and cuts. */
  readonly borders: string;
  /** The last of the turns, and when it was closed. A closed turn does not change. */
  readonly lastTurn: number;
  readonly lastClosedAt: string;
}

export interface ReadTurn extends PromptTurn {
  /** Null: the turn may still change. */
  readonly closedAt: string | null;
}

export interface ReadTranscript {
  /** Null: a process of the version before made the selection. The manifest of its turn says where the window begins. */
  readonly window: TranscriptWindow | null;
  readonly borders: string;
  /** The turn of the latest answer. */
  readonly latestTurn: number;
  /** True when the known turns are the beginning of the transcript: only later ones are in `turns`. */
  readonly knownHold: boolean;
  readonly turns: readonly ReadTurn[];
}

/**
 * Reads what a selection shows its model of the transcript. Texts that are not shown are not read. Turns that are known are
 * not read again, as long as the window leaves out and cuts what it did, and the last of them is the one that was read. The
 * latest answer is known with whole results only, and another model of the same turn may be shown them cut.
 * @param at.oldResultLevel the level to which old results are cut
 * @param at.window what is shown. Absent: what the selection shows
 */
export async function readPromptTranscript(
  tx: Tx,
  sessionId: string,
  at: {
    readonly turn: number;
    readonly selection: number;
    readonly oldResultLevel: number;
    readonly window?: TranscriptWindow | undefined;
  },
  known: KnownTurns | undefined,
): Promise<ReadTranscript> {
  const rows = await tx.query<ReadTurn & Omit<ReadTranscript, 'turns'>>(
    'read-prompt-transcript',
    `SELECT w.stored AS "window", w.borders, w.known_hold AS "knownHold", w.latest_turn AS "latestTurn", t.closed_at::text AS "closedAt",
            t.turn, t.user_messages AS "userMessages", t.input_levels AS "messageLevels",
            t.message_images AS "messageImages",
            CASE WHEN t.turn >= w.first_turn THEN t.answer END AS answer,
            CASE WHEN t.turn >= w.first_turn THEN (
              SELECT jsonb_agg(jsonb_build_object('id', c.id, 'toolName', c.tool_name, 'isError', c.is_error,
                       'images', CASE WHEN t.result_images IS NOT NULL THEN c.images END,
                       'output', CASE WHEN cut.at IS NULL THEN c.output ELSE left(c.output, (cut.at->>0)::int) END,
                       'tail', CASE WHEN cut.at IS NOT NULL THEN right(c.output, (cut.at->>1)::int) END,
                       'leftOut', CASE WHEN cut.at IS NOT NULL
                                       THEN char_length(c.output) - (cut.at->>0)::int - (cut.at->>1)::int END,
                       'cutBytes', (cut.at->>3)::int)
                       ORDER BY c.call_index)
                FROM tool_call c
               CROSS JOIN LATERAL (SELECT CASE WHEN t.turn = w.latest_turn THEN c.cuts->w.latest_level
                                               WHEN t.turn < w.whole_from THEN c.cuts->$4::int END AS at) cut
               WHERE c.session_id = t.session_id AND c.turn = t.turn) END AS results
       FROM (SELECT b.*, coalesce(b.borders = $5 AND k.closed_at::text = $7
                              AND (k.turn < b.latest_turn OR b.latest_level IS NULL), false) AS known_hold
               FROM (SELECT a.*, concat_ws('/', first_turn, whole_from, messages_from) AS borders
                       FROM (SELECT v.shown AS stored, ${turnBefore('$1', '$2::int')} AS latest_turn,
                                    coalesce(v.shown->'firstTurn', o.manifest->'transcript'->'firstTurn', '0')::int AS first_turn,
                                    coalesce(v.shown->'messagesFrom', o.manifest->'transcript'->'firstTurn', '0')::int AS messages_from,
                                    coalesce(v.shown->'wholeFrom', '0')::int AS whole_from,
                                    (v.shown->>'latestResultsLevel')::int AS latest_level
                               FROM turn o
                               LEFT JOIN selection s ON s.session_id = o.session_id AND s.turn = o.turn AND s.selection = $3
                              CROSS JOIN LATERAL (SELECT coalesce($8::jsonb, s.transcript) AS shown) v
                              WHERE o.session_id = $1 AND o.turn = $2) a) b
               LEFT JOIN ${turnsOf('$1', (k) => `${k}.turn = $6::int`)} k ON true) w
      CROSS JOIN LATERAL ${turnsOf(
        '$1',
        (t) => `${t}.turn <= $2
        AND ${t}.turn >= CASE WHEN w.known_hold THEN $6::int + 1 WHEN w.stored IS NULL THEN 0
                           ELSE least(w.first_turn, w.messages_from) END`,
      )} t
      WHERE (t.turn >= w.first_turn OR (t.turn >= w.messages_from AND t.input_tokens > 0) OR (w.stored IS NULL AND t.turn = 0))
      ORDER BY t.turn`,
    [
      sessionId,
      at.turn,
      at.selection,
      at.oldResultLevel,
      known?.borders ?? null,
      known?.lastTurn ?? null,
      known?.lastClosedAt ?? null,
      at.window === undefined ? null : JSON.stringify(at.window),
    ],
  );
  const [first] = rows;
  return {
    window: first?.window ?? null,
    borders: first?.borders ?? '',
    latestTurn: first?.latestTurn ?? at.turn - 1,
    knownHold: first?.knownHold ?? false,
    turns: rows,
  };
}
