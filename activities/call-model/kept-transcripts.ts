import type { Tx } from '../../db/database.ts';
import {
  type KnownTurns,
  type PromptTurn,
  type ReadTranscript,
  type ReadTurn,
  readPromptTranscript,
} from '../../db/queries/prompt-transcript.ts';
import { createSizedCache } from '../../domain/sized-cache.ts';
import { OLD_RESULT_LEVEL, type TranscriptWindow } from '../../domain/transcript-window.ts';

/** The transcript in a prompt. */
export interface PromptTranscript {
  /** Null: a process of the version before made the selection. */
  readonly window: TranscriptWindow | null;
  readonly turns: readonly PromptTurn[];
}

/** The prompt of a selection, or of a turn that may yet be selected for, with what it shows of the transcript. */
export interface TranscriptPlace {
  readonly turn: number;
  readonly selection: number;
  /** Absent: what the selection shows. */
  readonly window?: TranscriptWindow | undefined;
}

export interface KeptTranscripts {
  /** It sends its statement before it returns, so that it can travel with others. */
  read(tx: Tx, sessionId: string, at: TranscriptPlace): Promise<PromptTranscript>;
}

interface KeptTurns extends KnownTurns {
  readonly turns: readonly PromptTurn[];
  readonly bytes: number;
}

/** Some 16 of the longest prompts, or thousands of usual ones. */
const KEPT_BYTES = 64 * 1024 * 1024;
/** What a string of JavaScript takes for a character at most. */
const BYTES_PER_CHARACTER = 2;
/** Rounded up, for the objects around the texts of a turn. */
const TURN_BYTES = 1_024;

/**
 * Keeps the closed turns of transcripts, so that each turn of a session reads and parses only what is new since the turn
 * before, however long the prompt is. The database decides whether they still hold: the window must leave out and cut what
 * it did, and the last turn must have been closed when it was. Otherwise, and in a worker that has not seen the session, all is
 * read once. Two attempts that read at the same time keep equal turns, so it does not matter which is kept.
 */
export function createKeptTranscripts(maxBytes = KEPT_BYTES): KeptTranscripts {
  const kept = createSizedCache<KeptTurns>({ maxBytes, bytesOf: ({ bytes }) => bytes });
  return {
    async read(tx, sessionId, { turn, selection, window }) {
      const key = `${tx.tenantId}/${sessionId}`;
      const before = kept.get(key);
      // A late attempt at a turn must not be shown turns after it.
      const known = before !== undefined && before.lastTurn < turn ? before : undefined;
      const at = { turn, selection, window, oldResultLevel: OLD_RESULT_LEVEL };
      const transcript = await readPromptTranscript(tx, sessionId, at, known);
      const held = transcript.knownHold && known !== undefined ? known : { turns: [], bytes: 0 };
      const lasting = transcript.turns.slice(0, lastingCount(transcript));
      const last = lasting.at(-1);
      if (last?.closedAt != null) {
        kept.set(key, {
          borders: transcript.borders,
          lastTurn: last.turn,
          lastClosedAt: last.closedAt,
          turns: [...held.turns, ...lasting],
          bytes: lasting.reduce((sum, each) => sum + bytesOf(each), held.bytes),
        });
      }
      return { window: transcript.window, turns: [...held.turns, ...transcript.turns] };
    },
  };
}

/** How many of the turns the next prompts show as this one does, if their window has the same borders. */
function lastingCount({ window, turns, latestTurn }: ReadTranscript): number {
  if (window === null) return 0;
  const isLatestWhole = window.latestResultsLevel === null && latestTurn >= window.wholeFrom;
  const lasts = (each: ReadTurn) => each.closedAt !== null && (each.turn < latestTurn || isLatestWhole);
  const end = turns.findIndex((each) => !lasts(each));
  return end === -1 ? turns.length : end;
}

function bytesOf({ userMessages, answer, results }: PromptTurn): number {
  const texts = [
    ...userMessages,
    JSON.stringify(answer),
    ...(results ?? []).map(({ output, tail }) => (output ?? '') + (tail ?? '')),
  ];
  return TURN_BYTES + BYTES_PER_CHARACTER * texts.reduce((sum, { length }) => sum + length, 0);
}
