/** What a turn takes in a prompt: its messages, its answer and the results of its calls. */
export interface TurnSize {
  readonly turn: number;
  readonly tokens: number;
  readonly bytes: number;
}

/** The turns that a prompt shows: the first turn, which holds the task, and all from `firstTurn` on. */
export interface TranscriptWindow {
  readonly firstTurn: number;
  /** How many turns between the first and `firstTurn` are left out. */
  readonly droppedTurns: number;
  readonly tokens: number;
  readonly bytes: number;
}

/** How far a full window is emptied: the next cut is then many turns away, and prompt caches stay valid until then. */
const REFILL_SHARE = 0.6;
/** The latest turns stay whatever they weigh, even over budget: a prompt without them makes no sense. */
const KEPT_TURNS = 2;

/**
 * Which turns stay in the prompt. The window does not change while its turns fit the budget. When they no longer do,
 * whole turns are dropped, oldest first, until the rest takes at most 60 % of the budget. So a prompt is bounded
 * however long the session is, and turn 500 costs no more than turn 10.
 * @param stored.sizes the first turn and those of the window so far, oldest first
 * @param stored.firstTurn where the window began so far
 */
export function transcriptWindow(stored: {
  readonly sizes: readonly TurnSize[];
  readonly firstTurn: number;
  readonly budgetTokens: number;
}): TranscriptWindow {
  const task = stored.sizes.filter(({ turn }) => turn === 0);
  const rest = stored.sizes.filter(({ turn }) => turn > 0 && turn >= stored.firstTurn);
  const kept = rest.slice(turnsToDrop(rest, Math.max(0, stored.budgetTokens - tokensOf(task))));
  const firstTurn = kept[0]?.turn ?? 0;
  return {
    firstTurn,
    droppedTurns: Math.max(0, firstTurn - 1),
    tokens: tokensOf(task) + tokensOf(kept),
    bytes: [...task, ...kept].reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

function turnsToDrop(turns: readonly TurnSize[], budgetTokens: number): number {
  let tokens = tokensOf(turns);
  if (tokens <= budgetTokens) return 0;
  let dropped = 0;
  for (const turn of turns.slice(0, -KEPT_TURNS)) {
    if (tokens <= budgetTokens * REFILL_SHARE) break;
    tokens -= turn.tokens;
    dropped += 1;
  }
  return dropped;
}

function tokensOf(turns: readonly TurnSize[]): number {
  return turns.reduce((sum, { tokens }) => sum + tokens, 0);
}
