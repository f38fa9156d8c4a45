import type { SessionResource } from '../../contract/runs.ts';
import type { Tx } from '../../db/database.ts';
import { readSession, type SessionView } from '../../db/queries/session-read.ts';
import { usdFromNano } from '../../domain/money.ts';
import type { SessionContext, SessionDocument } from '../../domain/session-context.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';

/** Reads a session that this transaction has locked or made. @throws Error when it is not there, which cannot be */
export async function readHeldSession(tx: Tx, sessionId: string): Promise<SessionView> {
  const view = await readSession(tx, sessionId);
  if (view === undefined) throw new Error('A session that this transaction holds is gone.');
  return view;
}

/** Makes the resource that clients see of a session. */
export function sessionResource(session: SessionView): SessionResource {
  return {
    id: session.id,
    agent_id: session.agentId,
    status: session.status,
    idle_cause: session.idleCause ?? undefined,
    end_reason: session.endReason ?? undefined,
    turns: session.turns,
    max_turns: session.maxTurns,
    cost_usd: usdFromNano(session.costNano),
    budget_cap_usd: session.capNano === null ? null : usdFromNano(session.capNano),
    context_tokens: session.contextTokens,
    max_output_tokens: session.maxOutputTokens,
    on_budget: session.onBudget,
    approval_timeout_s: session.approvalTimeoutMs === null ? null : session.approvalTimeoutMs / 1_000,
    created_at: session.createdAt.toISOString(),
    retries: session.retries,
    forked_from: forkedFrom(session),
    context: contextOf(session.context),
    replay_of: replayOf(session.replay),
    paused_at: session.pausedAt?.toISOString(),
    ended_at: session.endedAt?.toISOString(),
    received_bytes: session.receivedBytes,
    last_seq: session.lastSeq,
    error: session.error ?? undefined,
    budget: session.budget ?? undefined,
    metadata: session.metadata,
  };
}

function forkedFrom({ forkedFrom: sessionId, forkedFromTurn: turn }: SessionView): SessionResource['forked_from'] {
  return sessionId === null || turn === null ? undefined : { session_id: sessionId, turn };
}

function contextOf(context: SessionContext | null): SessionResource['context'] {
  if (context === null) return undefined;
  const shown = (documents: readonly SessionDocument[] | undefined) =>
    documents?.map(({ name, tokens }) => ({ name, tokens }));
  return { soul: shown(context.soul), skill: shown(context.skill), reference: shown(context.reference) };
}

function replayOf(replay: SessionReplay | null): SessionResource['replay_of'] {
  if (replay === null) return undefined;
  const { of, tools, onMissing, recordedModels, fromTurn, seed, policy } = replay;
  return {
    session_id: of,
    from_turn: fromTurn,
    tools,
    on_missing: onMissing,
    recorded_models: recordedModels,
    seed,
    tried_policies: policy?.policies.map(({ glob }) => glob),
  };
}
