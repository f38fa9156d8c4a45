import { LRUCache } from 'lru-cache';
import type { Tx } from '../../db/database.ts';
import { type StoredTurnSize, turnSizes } from '../../db/queries/turn-sizes.ts';
import type { TurnSize } from '../../domain/transcript-window.ts';

export interface SessionTurnSizes {
  /** The sizes of the turns of a session up to `turn`, from the first on. */
  upTo(tx: Tx, sessionId: string, turn: number): Promise<readonly TurnSize[]>;
}

/** Sizes of 200 sessions with 1,000 turns; some 50 MB. */
const KEPT_TURNS = 200_000;

/**
 * Keeps the sizes of closed turns, which never change, so that each selection reads those of the latest turns only, however
 * long its session is.
 */
export function createSessionTurnSizes(): SessionTurnSizes {
  const kept = new LRUCache<string, readonly StoredTurnSize[]>({
    maxSize: KEPT_TURNS,
    sizeCalculation: (turns) => turns.length + 1,
  });
  return {
    async upTo(tx, sessionId, turn) {
      const key = `${tx.tenantId}/${sessionId}`;
      const before = (kept.get(key) ?? []).slice(0, turn);
      const lastClosedAt = before.at(-1)?.closedAt ?? undefined;
      const known = lastClosedAt === undefined ? undefined : { turns: before.length, lastClosedAt };
      const read = await turnSizes(tx, sessionId, turn, known);
      const all = read[0]?.turn === 0 ? read : [...before, ...read];
      const closed = all.findIndex(({ closedAt }) => closedAt === null);
      kept.set(key, closed === -1 ? all : all.slice(0, closed));
      return all;
    },
  };
}
