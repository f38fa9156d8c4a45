import type { InputReport, PromptFrame } from '../../domain/input-bound.ts';
import type { InputCount } from '../../domain/input-count.ts';
import type { ReceivedBytes } from '../../domain/received-bytes.ts';
import type { FailedSelection, OpenCircuit, PosteriorRecord } from '../../domain/routing-records.ts';
import { tenantLimits } from '../../domain/tenant-limits.ts';
import type { MayRun } from '../../domain/termination.ts';
import type { Tx } from '../database.ts';
import { interruptWaiting } from './inbox.ts';
import { posteriorColumns, TENANT_SUSPENDED } from './routing.ts';
import { isSuspended } from './tenant.ts';

/** The facts that a selection is decided from, without the accounts and the providers. */
export interface TurnToSelect extends MayRun, ReceivedBytes {
  /** True if the selection is stored already. */
  readonly stored: boolean;
  /** The ids of the messages that the turn reads. */
  readonly messageIds: readonly string[];
  /** Null if the turn was not refreshed. */
  readonly frame: PromptFrame | null;
  /** The reports of models on earlier requests of the session, each on its last one. */
  readonly reports: readonly InputReport[];
  /** Counts of the prompt of this turn. */
  readonly counts: readonly InputCount[];
  readonly budgetDailyNano: bigint | null;
  /** The posteriors of the turn's task class. */
  readonly posteriors: readonly PosteriorRecord[];
  readonly circuits: readonly OpenCircuit[];
  readonly failed: readonly FailedSelection[];
  /** The first selection since the session was retried. */
  readonly firstSelection: number;
  readonly interrupted: boolean;
  /** True while the tenant is suspended. */
  readonly suspended: boolean;
}

/**
 * OFFSET 0 makes Postgres read the session first. Otherwise a plan that was made while there were few agents, and then kept,
 * might look at all agents of the tenant.
 * @returns undefined when there is no such session
 */
export async function readTurnToSelect(
  tx: Tx,
  sessionId: string,
  turn: number,
  selection: number,
): Promise<TurnToSelect | undefined> {
  const rows = await tx.query<TurnToSelect>(
    'read-turn-to-select',
    `SELECT EXISTS (SELECT 1 FROM selection WHERE session_id = $2 AND turn = $3 AND selection = $4) AS stored,
            coalesce(t.manifest->'messageIds', '[]') AS "messageIds",
            CASE WHEN t.turn IS NOT NULL THEN jsonb_build_object(
              'frameTokens', coalesce(t.manifest->'frameTokens', t.manifest->'promptTokens'),
              'frameBytes', coalesce(t.manifest->'frameBytes', t.manifest->'promptBytes'),
              'toolCount', t.manifest->'toolCount',
              'parts', t.manifest->'parts' || jsonb_build_object('grownBytes', t.bytes_before + t.input_bytes)) END AS frame,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', r.provider, 'model', r.model, 'turn', r.turn,
                 'inputTokens', r.input_tokens, 'window', x.transcript,
                 'promptTokens', coalesce(x.prompt_tokens - coalesce((x.transcript->>'imageTokens')::int, 0), 0),
                 'grownBytes', b.bytes_before + b.input_bytes,
                 'answer', CASE WHEN r.turn < $3 AND r.output_tokens IS NOT NULL AND b.answered_by->>'provider' = r.provider
                   AND b.answered_by->>'model' = r.model THEN jsonb_build_object('outputTokens', r.output_tokens,
                     'tokens', b.answer_tokens, 'bytes', b.answer_bytes) END,
                 'sameSystem', b.manifest->'systemHash' IS NOT DISTINCT FROM t.manifest->'systemHash',
                 'sameVolatile', b.manifest->'volatileHash' IS NOT DISTINCT FROM t.manifest->'volatileHash'
                   AND b.manifest->'summaryThrough' IS NOT DISTINCT FROM t.manifest->'summaryThrough',
                 'sameTools', b.manifest->'toolPins' IS NOT DISTINCT FROM t.manifest->'toolPins')), '[]')
               FROM input_report r JOIN turn b ON b.session_id = r.session_id AND b.turn = r.turn
               LEFT JOIN LATERAL (SELECT prompt_tokens, transcript FROM selection l
                                   WHERE l.session_id = r.session_id AND l.turn = r.turn
                                     AND l.provider = r.provider AND l.model = r.model
                                   ORDER BY l.selection DESC LIMIT 1) x ON true
              WHERE r.session_id = $2 AND r.turn >= s.own_from) AS reports,
            (SELECT coalesce(jsonb_agg(jsonb_build_object('provider', n.provider, 'model', n.model, 'window', n.transcript,
                 'state', n.state, 'tokens', n.input_tokens, 'requestBytes', n.request_bytes)), '[]')
               FROM input_count n WHERE n.session_id = $2 AND n.turn = $3) AS counts,
            a.lifecycle_state AS "lifecycleState", a.budget_daily_nano AS "budgetDailyNano",
            CASE WHEN a.lifecycle_state <> 'active' THEN (SELECT e.actor FROM audit_entry e
               WHERE e.tenant_id = $1 AND e.action = 'agent.lifecycle' AND e.target = s.agent_id
                 AND e.detail->>'to' = a.lifecycle_state AND e.detail->>'from' <> a.lifecycle_state
               ORDER BY e.created_at DESC LIMIT 1) END AS "lifecycleBy",
            CASE WHEN k.revoked_at IS NOT NULL THEN 'revoked' WHEN k.expires_at < now() THEN 'expired' ELSE 'valid' END AS key,
            CASE WHEN k.revoked_at IS NOT NULL THEN (SELECT e.actor FROM audit_entry e
               WHERE e.tenant_id = $1 AND e.action = 'api_key.revoke' AND e.target = k.id
               ORDER BY e.created_at LIMIT 1) END AS "keyRevokedBy",
            (SELECT coalesce(jsonb_agg(p), '[]') FROM (SELECT ${posteriorColumns} FROM posterior
               WHERE tenant_id = $1 AND task_class = t.task_class) p) AS posteriors,
            (SELECT coalesce(jsonb_agg(c), '[]') FROM (SELECT provider, model, last_type AS "lastType", last_failure AS "lastFailure", connection,
                 extract(epoch FROM open_until - now())::float8 * 1000 AS "openForMs" FROM circuit
               WHERE tenant_id = $1 AND open_until > now()) c) AS circuits,
            (SELECT coalesce(jsonb_agg(f), '[]') FROM (SELECT x.selection, x.provider, x.model, x.failed_type AS type,
                 x.failure->'status' AS status, x.failure->>'connection' AS connection,
                 x.failure->>'message' AS message, y.tokens AS "tokensReceived",
                 CASE WHEN x.failed_type = 'model.empty_answer' AND x.max_tokens < x.wanted_tokens AND y.tokens >= x.max_tokens
                   THEN x.max_tokens END AS "cutAtTokens"
               FROM selection x
               LEFT JOIN LATERAL (SELECT (m.usage->>'outputTokens')::int AS tokens FROM model_attempt m
                                   WHERE m.session_id = $2 AND m.turn = $3 AND m.selection = x.selection
                                   ORDER BY m.attempt DESC LIMIT 1) y ON true
               WHERE x.session_id = $2 AND x.turn = $3 AND x.failed_type <> '${TENANT_SUSPENDED}' AND x.selection >= t.first_selection) f) AS failed,
            coalesce(t.first_selection, 0) AS "firstSelection",
            ${interruptWaiting('$2')} AS interrupted, ${isSuspended('$1')} AS suspended,
            s.received_bytes::float8 AS "receivedBytes",
            coalesce((SELECT value FROM tenant_limit WHERE tenant_id = $1 AND name = 'session_received_bytes'),
                     $5)::float8 AS "mostReceivedBytes"
       FROM session s
      CROSS JOIN LATERAL (SELECT lifecycle_state, budget_daily_nano FROM agent
                           WHERE tenant_id = $1 AND agent_id = s.agent_id OFFSET 0) a
       LEFT JOIN LATERAL (SELECT id, revoked_at, expires_at FROM api_key WHERE id = s.api_key_id OFFSET 0) k ON true
       LEFT JOIN turn t ON t.session_id = s.id AND t.turn = $3
      WHERE s.id = $2 AND (s.tenant_id = $1) IS TRUE`,
    [tx.tenantId, sessionId, turn, selection, tenantLimits.session_received_bytes.default],
  );
  return rows[0];
}
