import type { BudgetShortage, EndReason, IdleCause, SessionError, SessionStatus } from '../../contract/events.ts';
import type { OnBudget } from '../../contract/fields.ts';
import type { OnComplete } from '../../contract/runs.ts';
import type { SessionContext } from '../../domain/session-context.ts';
import type { SessionReplay } from '../../domain/session-replay.ts';
import type { Tx } from '../database.ts';

export interface SessionRow {
  readonly id: string;
  /** The request that started it. Null: a version started it that did not keep this. */
  readonly requestId: string | null;
  readonly agentId: string;
  readonly status: SessionStatus;
  /** Set if the session is idle. */
  readonly idleCause: IdleCause | null;
  readonly endReason: EndReason | null;
  readonly maxTurns: number;
  readonly turns: number;
  readonly onComplete: OnComplete;
  readonly idleTimeoutMs: number;
  /** How long an approval waits for an answer. Null: as long as the session may be idle. */
  readonly approvalTimeoutMs: number | null;
  readonly models: readonly string[] | null;
  readonly tools: readonly string[] | null;
  /** The most tokens of a prompt. Null means as many as the model allows. */
  readonly contextTokens: number | null;
  /** The most tokens of an answer. Null means as many as the model allows. */
  readonly maxOutputTokens: number | null;
  readonly onBudget: OnBudget;
  /** The missing money of which clients were told last. Null unless the session is idle for money, was so when it paused, or ended for it. */
  readonly budget: BudgetShortage | null;
  /** The excess of the run about which its owner was asked. */
  readonly excessAskedNano: bigint;
  /** How often it was made to go on after it had ended: the number of the run of its workflow. */
  readonly retries: number;
  /** Set if it replays another session. */
  readonly replay: SessionReplay | null;
  /** The documents that it reads in place of those of its agent. Null: none. */
  readonly context: SessionContext | null;
  /** The API key that wants the session, or all of its agent or tenant, to pause. Null: nobody wants that. */
  readonly pausedBy: string | null;
  readonly inboxSeq: number;
  readonly consumedInboxSeq: number;
  /** The age when this transaction began. */
  readonly ageMs: number;
  /** The last seq of the log. */
  readonly eventSeq: number;
  /** Counts the times from when it begins to run until it waits for a message or ends; each is a trace (telemetry/trace-ids.ts). */
  readonly tracedRun: number;
  /** In milliseconds since 1970. Null: none is under way, or it began before this was kept. */
  readonly tracedRunSinceMs: number | null;
  /** The request that began it. Null: a retry did. */
  readonly tracedRunRequestId: string | null;
  /** The same of the one before. */
  readonly tracedRunBeforeRequestId: string | null;
  /** True while a stream asks for the text of answers under way; `deltasAsked`, if one ever did. */
  readonly deltasWanted: boolean;
  readonly deltasAsked: boolean;
}

const columns = `id, request_id AS "requestId", agent_id AS "agentId", status, idle_cause AS "idleCause", end_reason AS "endReason",
  max_turns AS "maxTurns", turns, on_complete AS "onComplete", idle_timeout_ms::float8 AS "idleTimeoutMs",
  approval_timeout_ms::float8 AS "approvalTimeoutMs",
  models, tools, context_tokens AS "contextTokens", max_output_tokens AS "maxOutputTokens", on_budget AS "onBudget", budget,
  excess_asked_nano AS "excessAskedNano", retries, replay, context,
  coalesce(paused_by, (SELECT p.paused_by FROM agent p
                        WHERE p.tenant_id = session.tenant_id AND p.agent_id = session.agent_id),
           (SELECT p.paused_by FROM tenant p WHERE p.id = session.tenant_id)) AS "pausedBy", inbox_seq::int AS "inboxSeq", consumed_inbox_seq::int AS "consumedInboxSeq",
  (extract(epoch FROM now() - created_at) * 1000)::float8 AS "ageMs", event_seq::int AS "eventSeq",
  traced_run AS "tracedRun", (extract(epoch FROM traced_run_since) * 1000)::float8 AS "tracedRunSinceMs",
  traced_run_request_id AS "tracedRunRequestId", traced_run_before_request_id AS "tracedRunBeforeRequestId",
  coalesce(deltas_wanted_until > now(), false) AS "deltasWanted", deltas_wanted_until IS NOT NULL AS "deltasAsked"`;

/**
 * A condition for queries that finds one session by its id. Plans are made while there are few sessions, and then kept. With
 * `tenant_id = …`, a plan may read an index over all sessions of the tenant. With IS TRUE, the comparison cannot be the
 * condition of an index.
 */
export const isSession = (id: string, tenantId: string): string => `id = ${id} AND (tenant_id = ${tenantId}) IS TRUE`;

/** Takes the lock that decides every race over a session. Undefined: this tenant has no such session (I8). */
export async function lockSession(tx: Tx, sessionId: string): Promise<SessionRow | undefined> {
  const rows = await tx.query<SessionRow>(
    'lock-session',
    `SELECT ${columns} FROM session WHERE ${isSession('$1', '$2')} FOR UPDATE`,
    [sessionId, tx.tenantId],
  );
  return rows[0];
}

/** Locks live sessions of an agent or of the tenant, the oldest first, all in one order. */
export async function lockLiveSessions(
  tx: Tx,
  of: { readonly agentId: string } | 'ofTenant',
  limit: number,
): Promise<SessionRow[]> {
  if (of === 'ofTenant') {
    return tx.query<SessionRow>(
      'lock-live-sessions-of-tenant',
      `SELECT ${columns} FROM session WHERE tenant_id = $1 AND status <> 'ended' ORDER BY id LIMIT $2 FOR UPDATE`,
      [tx.tenantId, limit],
    );
  }
  return tx.query<SessionRow>(
    'lock-live-sessions-of-agent',
    `SELECT ${columns} FROM session
      WHERE tenant_id = $1 AND agent_id = $2 AND status <> 'ended' ORDER BY id LIMIT $3 FOR UPDATE`,
    [tx.tenantId, of.agentId, limit],
  );
}

/**
 * An expression for the agent of a session, for queries that are sent together with the lock of the session, before the agent
 * is known. The parameters are expressions of SQL.
 */
export const agentOfSession = (id: string, tenantId: string): string =>
  `(SELECT agent_id FROM session WHERE ${isSession(id, tenantId)})`;

export interface NewSession {
  readonly id: string;
  readonly agentId: string;
  readonly apiKeyId: string | null;
  readonly requestId: string;
  readonly maxTurns: number;
  readonly onComplete: OnComplete;
  readonly idleTimeoutMs: number;
  readonly approvalTimeoutMs: number | null;
  readonly models: readonly string[] | null;
  readonly tools: readonly string[] | null;
  readonly contextTokens: number | null;
  readonly maxOutputTokens: number | null;
  readonly onBudget: OnBudget;
  readonly metadata: Record<string, unknown>;
}

/** Inserts a running session with an empty log and inbox. */
export async function insertSession(tx: Tx, session: NewSession): Promise<void> {
  await tx.query(
    'insert-session',
    `INSERT INTO session (id, tenant_id, agent_id, api_key_id, status, max_turns, on_complete, idle_timeout_ms,
                          models, tools, metadata, context_tokens, max_output_tokens, on_budget, request_id,
                          traced_run_request_id, approval_timeout_ms)
     VALUES ($1, $2, $3, $4, 'running', $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15)`,
    [
      session.id,
      tx.tenantId,
      session.agentId,
      session.apiKeyId,
      session.maxTurns,
      session.onComplete,
      session.idleTimeoutMs,
      session.models === null ? null : JSON.stringify(session.models),
      session.tools === null ? null : JSON.stringify(session.tools),
      JSON.stringify(session.metadata),
      session.contextTokens,
      session.maxOutputTokens,
      session.onBudget,
      session.requestId,
      session.approvalTimeoutMs,
    ],
  );
}

/** Makes an idle session running: a message woke it, or it has the money or the decision that it waited for. */
export function markRunning(tx: Tx, sessionId: string): void {
  tx.send('mark-running', `UPDATE session SET status = 'running', idle_cause = NULL, budget = NULL WHERE id = $1`, [
    sessionId,
  ]);
}

/**
 * Begins a traced run, because the session stops waiting for a message.
 * @param seq the first message that it reads now. Its request goes on in this run
 */
export function beginTracedRun(tx: Tx, sessionId: string, seq: number | undefined): void {
  tx.send(
    'begin-traced-run',
    `UPDATE session
        SET traced_run = traced_run + 1, traced_run_since = now(), traced_run_before_request_id = traced_run_request_id,
            traced_run_request_id = (SELECT request_id FROM session_inbox WHERE session_id = $1 AND seq = $2)
      WHERE id = $1`,
    [sessionId, seq ?? null],
  );
}

export function markAwaitingInput(tx: Tx, sessionId: string): void {
  tx.send(
    'mark-awaiting-input',
    `UPDATE session SET status = 'idle', idle_cause = 'awaiting_input', traced_run_since = NULL WHERE id = $1`,
    [sessionId],
  );
}

export function markAwaitingAction(tx: Tx, sessionId: string): void {
  tx.send('mark-awaiting-action', `UPDATE session SET status = 'idle', idle_cause = 'requires_action' WHERE id = $1`, [
    sessionId,
  ]);
}

/** What the session was told of missing money stays, because it may still be missing when the session is resumed. */
export function markPaused(tx: Tx, sessionId: string): void {
  tx.send('mark-paused', `UPDATE session SET status = 'idle', idle_cause = 'paused' WHERE id = $1`, [sessionId]);
}

/** @param excessAskedNano the excess of the run about which its owner is asked, if that is why */
export function markAwaitingMoney(
  tx: Tx,
  sessionId: string,
  budget: BudgetShortage,
  excessAskedNano: bigint | undefined,
): void {
  tx.send(
    'mark-awaiting-money',
    `UPDATE session SET status = 'idle', idle_cause = 'budget', budget = $2,
            excess_asked_nano = coalesce($3::bigint, excess_asked_nano) WHERE id = $1`,
    [sessionId, JSON.stringify(budget), excessAskedNano ?? null],
  );
}

/** Ends a session for good. */
export function markEnded(
  tx: Tx,
  sessionId: string,
  reason: EndReason,
  error: SessionError | undefined,
  budget: BudgetShortage | undefined,
): void {
  tx.send(
    'mark-ended',
    `UPDATE session SET status = 'ended', idle_cause = NULL, end_reason = $2, error = $3, budget = $4,
            ended_at = now() WHERE id = $1`,
    [
      sessionId,
      reason,
      error === undefined ? null : JSON.stringify(error),
      budget === undefined ? null : JSON.stringify(budget),
    ],
  );
}

/** Adds to what models and tool servers sent to a session. The transaction holds its lock, and stores what they sent. */
export function addReceivedBytes(tx: Tx, sessionId: string, bytes: number): void {
  if (bytes === 0) return;
  tx.send('add-received-bytes', 'UPDATE session SET received_bytes = received_bytes + $2 WHERE id = $1', [
    sessionId,
    bytes,
  ]);
}

/** Changes the cost by which an ended session is found, because the ledger took less or more than it had when the session ended. */
export function correctEndedCost(tx: Tx, sessionId: string, nano: bigint): void {
  if (nano === 0n) return;
  tx.send(
    'correct-ended-cost',
    `UPDATE session SET ended_cost_nano = ended_cost_nano + $2 WHERE id = $1 AND status = 'ended'`,
    [sessionId, nano],
  );
}

/** Notes that the inbox up to `seq` is in the transcript. */
export function markConsumed(tx: Tx, sessionId: string, seq: number): void {
  tx.send('mark-consumed', 'UPDATE session SET consumed_inbox_seq = $2 WHERE id = $1', [sessionId, seq]);
}
