import { closeReservation, dayAccount, reserve, runAccount } from '../../../db/queries/ledger.ts';
import { insertAttempt, markClosed } from '../../../db/queries/model-attempt.ts';
import type { ApiUnderTest } from '../api/fixture.ts';

/** Charges a session for an answer of a model, as a worker would. */
export async function spend(api: ApiUnderTest, agentId: string, sessionId: string, chargedNano: bigint): Promise<void> {
  const day = dayAccount(agentId, new Date().toISOString().slice(0, 10));
  const attempt = { turn: 0, selection: 0, attempt: 1, agentId, provider: 'local', model: 'small', dayAccount: day };
  const amount = { reservedNano: 3_000_000n, chargedNano, excessNano: 0n };
  const usage = { inputTokens: 10, outputTokens: 5, cacheReadTokens: 0, cacheWriteTokens: 0, reasoningTokens: 0 };
  await api.database.database.transaction(api.tenantId, async (tx) => {
    const open = { ...attempt, state: 'dispatched', reservedNano: amount.reservedNano } as const;
    reserve(tx, runAccount(sessionId), day, amount.reservedNano);
    insertAttempt(tx, sessionId, open);
    const before = { ...open, chargedNano: 0n, excessNano: 0n };
    markClosed(tx, sessionId, before, { ...amount, state: 'settled', usage });
    closeReservation(tx, runAccount(sessionId), day, amount);
  });
}
