import type { BenchStack } from './bench-stack.ts';

export interface SessionToRun {
  readonly agentId: string;
  readonly models: readonly string[];
  readonly turns: number;
  /** `context_tokens` of the run. Default: as the service decides. */
  readonly contextTokens?: number | undefined;
}

export interface SessionTimes {
  readonly sessionId: string;
  /** The moments at which the client read each turn's `br.model_selected`, in milliseconds since an arbitrary one. */
  readonly turnStartsMs: readonly number[];
}

/** Runs a session of exactly so many turns over the HTTP API. @throws Error when it ended otherwise */
export async function runSession(
  { client }: Pick<BenchStack, 'client'>,
  { agentId, models, turns, contextTokens }: SessionToRun,
): Promise<SessionTimes> {
  const turnStartsMs: number[] = [];
  let ended = '';
  const body = {
    message: 'Call the tool again and again.',
    max_turns: turns,
    budget_cap_usd: 10_000,
    models,
    context_tokens: contextTokens,
  };
  const sessionId = await client.run(agentId, body, ({ type, data, atMs }) => {
    if (type === 'br.model_selected') turnStartsMs.push(atMs);
    if (type === 'session.status_ended') ended = data;
  });
  const { reason, totalTurns }: { reason?: unknown; totalTurns?: unknown } = JSON.parse(ended);
  if (reason !== 'max_turns' || totalTurns !== turns || turnStartsMs.length !== turns) {
    throw new Error(`Session ${sessionId} should have run ${turns} turns and ended with ${ended}.`);
  }
  return { sessionId, turnStartsMs };
}

/** How long each turn but the last took. */
export function turnTimesMs(startsMs: readonly number[]): number[] {
  return startsMs.slice(1).map((startMs, index) => startMs - (startsMs[index] ?? startMs));
}
