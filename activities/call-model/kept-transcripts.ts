import { LRUCache } from 'lru-cache';
import type { Tx } from '../../db/database.ts';
import { type KnownTurns, type ReadTurn, readTranscript, type TranscriptTurn } from '../../db/queries/turn.ts';

export interface KeptTranscripts {
  /** The transcript in the prompt of a turn. It sends its statement before it returns, so that it can travel with others. */
  read(tx: Tx, sessionId: string, turn: number): Promise<readonly TranscriptTurn[]>;
}

interface KeptTurns extends KnownTurns {
  readonly turns: readonly TranscriptTurn[];
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
 * before, however long the prompt is. The database decides whether they still hold: the window must begin where it began,
 * and the last turn must have been closed when it was. Otherwise, and in a worker that has not seen the session, all is
 * read once. Two attempts that read at the same time keep equal turns, so it does not matter which is kept.
 */
export function createKeptTranscripts(maxBytes = KEPT_BYTES): KeptTranscripts {
  const kept = new LRUCache<string, KeptTurns>({ maxSize: maxBytes, sizeCalculation: ({ bytes }) => bytes });
  return {
    async read(tx, sessionId, turn) {
      const key = `${tx.tenantId}/${sessionId}`;
      const before = kept.get(key);
      // A late attempt at a turn must not be shown turns after it.
      const known = before !== undefined && before.lastTurn < turn ? before : undefined;
      const { firstTurn, knownHold, turns: read } = await readTranscript(tx, sessionId, turn, known);
      const held = knownHold && known !== undefined ? known : { turns: [], bytes: 0 };
      const closed = read.slice(0, closedCount(read));
      const last = closed.at(-1);
      if (last?.closedAt != null) {
        kept.set(key, {
          firstTurn,
          lastTurn: last.turn,
          lastClosedAt: last.closedAt,
          turns: [...held.turns, ...closed],
          bytes: closed.reduce((sum, each) => sum + bytesOf(each), held.bytes),
        });
      }
      return [...held.turns, ...read];
    },
  };
}

function closedCount(turns: readonly ReadTurn[]): number {
  const open = turns.findIndex(({ closedAt }) => closedAt === null);
  return open === -1 ? turns.length : open;
}

function bytesOf({ userMessages, answer, results }: TranscriptTurn): number {
  const texts = [...userMessages, JSON.stringify(answer), ...(results ?? []).map(({ output }) => output ?? '')];
  return TURN_BYTES + BYTES_PER_CHARACTER * texts.reduce((sum, { length }) => sum + length, 0);
}
