import type { SessionResource } from '../../contract/runs.ts';
import type { SessionView } from '../../db/queries/session-read.ts';
import { usdFromNano } from '../../domain/money.ts';

/** A session row → the resource of the wire. */
export function sessionResource(session: SessionView): SessionResource {
  return {
    id: session.id,
    agent_id: session.agentId,
    status: session.status,
    ...(session.idleCause === null ? {} : { idle_cause: session.idleCause }),
    ...(session.endReason === null ? {} : { end_reason: session.endReason }),
    turns: session.turns,
    max_turns: session.maxTurns,
    cost_usd: usdFromNano(session.costNano),
    budget_cap_usd: session.capNano === null ? null : usdFromNano(session.capNano),
    context_tokens: session.contextTokens,
    max_output_tokens: session.maxOutputTokens,
    created_at: session.createdAt.toISOString(),
    ...(session.endedAt === null ? {} : { ended_at: session.endedAt.toISOString() }),
    last_seq: session.lastSeq,
    ...(session.error === null ? {} : { error: session.error }),
    metadata: session.metadata,
  };
}
