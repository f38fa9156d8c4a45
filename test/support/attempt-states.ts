import type { TestStack } from './stack.ts';

/** @returns the state of each request to a model that the session has made, in order */
export async function attemptStates(stack: TestStack, sessionId: string): Promise<string[]> {
  const rows = await stack.db.serviceTransaction((tx) =>
    tx.query<{ state: string }>(
      'states-of-attempts',
      'SELECT state FROM model_attempt WHERE session_id = $1 ORDER BY turn, selection, attempt',
      [sessionId],
    ),
  );
  return rows.map(({ state }) => state);
}
