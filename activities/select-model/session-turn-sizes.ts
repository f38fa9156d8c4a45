import type { Tx } from '../../db/database.ts';
import { type StoredTurnSize, turnSizes } from '../../db/queries/turn-sizes.ts';
import { createSizedCache } from '../../domain/sized-cache.ts';
import type { TurnSize } from '../../domain/transcript-window.ts';

export interface SessionTurnSizes {
  /** The sizes of the turns of a session up to `turn`, from the first on. */
  upTo(tx: Tx, sessionId: string, turn: number): Promise<readonly TurnSize[]>;
}

/** Enough for 200 sessions of 1,000 turns. */
const KEPT_BYTES = 50 * 1024 * 1024;
const TURN_BYTES = 250;

/**
 * Keeps the sizes of closed turns, which never change, so that each selection reads those of the latest turns only, however
 * long its session is.
 */
export function createSessionTurnSizes(): SessionTurnSizes {
  const kept = createSizedCache<readonly StoredTurnSize[]>({
    maxBytes: KEPT_BYTES,
    bytesOf: (turns) => turns.length * TURN_BYTES,
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
