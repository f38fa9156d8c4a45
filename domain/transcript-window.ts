/** How far a full window is emptied: the next cut is then many turns away and prompt caches stay valid until it. */
const REFILL_SHARE = 0.6;

export interface WindowTurn {
  readonly turn: number;
  readonly tokens: number;
}

/**
 * Which turns stay in the prompt. Unchanged while they fit the budget; else whole turns are dropped, oldest first, until
 * they take at most 60 % of it. The last `keepTurns` (at least one) always stay, even over budget: a prompt without the
 * latest turn makes no sense. So a prompt is bounded however long the session, and a turn costs the same at 10 and 500.
 */
export function advanceWindow(window: {
  /** The turns now in the window, oldest first. */
  turns: readonly WindowTurn[];
  budgetTokens: number;
  keepTurns: number;
}): { firstTurn: number; tokens: number } {
  const { turns, budgetTokens } = window;
  let tokens = turns.reduce((sum, turn) => sum + turn.tokens, 0);
  let first = 0;
  if (tokens > budgetTokens) {
    const lastDroppable = turns.length - Math.max(1, window.keepTurns);
    for (const turn of turns.slice(0, Math.max(0, lastDroppable))) {
      if (tokens <= budgetTokens * REFILL_SHARE) break;
      tokens -= turn.tokens;
      first += 1;
    }
  }
  return { firstTurn: turns[first]?.turn ?? 0, tokens };
}
