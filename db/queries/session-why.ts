import type { PendingAction } from '../../contract/events.ts';
import type { SessionWhy } from '../../contract/why.ts';
import type { Tx } from '../database.ts';
import { interruptWaiting } from './inbox.ts';
import { SUMMARY_SELECTION } from './model-attempt.ts';
import { isSuspended } from './tenant.ts';
import { shownStateOf } from './tool-call.ts';
import type { TurnWait } from './turn-wait.ts';

/** The last turn of a session. Times are RFC 3339. */
export interface LastTurn {
  readonly turn: number;
  readonly createdAt: string;
  readonly answeredAt: string | null;
  readonly closedAt: string | null;
  /** What its selection waits for, unless a selection was made since. */
  readonly waits: { readonly for: TurnWait; readonly since: string; readonly look: string } | null;
  readonly counting: boolean;
  readonly selections: readonly {
    readonly selection: number;
    readonly provider: string;
    readonly model: string;
    readonly createdAt: string;
    readonly failedType: string | null;
    readonly failedStatus: number | null;
    readonly failedMessage: string | null;
    readonly connection: string | null;
  }[];
  readonly attempts: readonly {
    readonly selection: number;
    readonly attempt: number;
    readonly state: SessionWhy['attempts'][number]['state'];
    readonly dispatchedAt: string | null;
    readonly closedAt: string | null;
    readonly failedType: string | null;
  }[];
  readonly calls: readonly {
    readonly id: string;
    readonly toolName: string;
    readonly state: SessionWhy['tool_calls'][number]['state'];
    readonly attempts: number;
    readonly dispatchedAt: string | null;
    readonly finishedAt: string | null;
    readonly reasonCode: string | null;
    readonly message: string | null;
    readonly mayHaveChanged: boolean;
  }[];
}

/** A decision that a person has to make. */
export interface PendingInWhy {
  readonly id: string;
  readonly kind: PendingAction['kind'];
  readonly toolCallId: string;
  readonly toolName: string;
  readonly expiresAt: string;
}

/** The facts about a session that say why it stands where it stands, as Postgres has them. */
export interface StandingOfSession {
  readonly now: Date;
  readonly startedAt: Date | null;
  readonly updatedAt: Date;
  readonly idleTimeoutMs: number;
  readonly unread: number;
  readonly oldestUnreadAt: string | null;
  readonly interrupted: boolean;
  readonly pausedBy: string | null;
  readonly agentPausedBy: string | null;
  readonly tenantPausedBy: string | null;
  readonly suspended: boolean;
  /** When the newest event was appended, and what it says of an idle session. */
  readonly lastEventAt: Date;
  readonly lastTurn: LastTurn | null;
  readonly pending: readonly PendingInWhy[];
}

/** Times within JSON, as clients get them. */
const rfc = (time: string) => `to_char(${time} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

const jsonTime = (name: string) =>
  `to_char((t.waits->>'${name}')::timestamptz AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

/** Reads all of it in one statement, so that no part is younger than another. @returns undefined when there is no such session */
export async function standingOfSession(tx: Tx, sessionId: string): Promise<StandingOfSession | undefined> {
  const rows = await tx.query<StandingOfSession>(
    'standing-of-session',
    `SELECT now() AS now, s.workflow_started_at AS "startedAt", s.updated_at AS "updatedAt",
            s.idle_timeout_ms::float8 AS "idleTimeoutMs",
            CASE WHEN s.inbox_seq > s.consumed_inbox_seq THEN (SELECT count(*)::int FROM session_inbox i
              WHERE i.session_id = s.id AND i.seq > s.consumed_inbox_seq AND i.state = 'queued') ELSE 0 END AS unread,
            CASE WHEN s.inbox_seq > s.consumed_inbox_seq THEN (SELECT ${rfc('min(i.created_at)')} FROM session_inbox i
              WHERE i.session_id = s.id AND i.seq > s.consumed_inbox_seq AND i.state = 'queued') END AS "oldestUnreadAt",
            ${interruptWaiting('$1')} AS interrupted,
            s.paused_by AS "pausedBy", a.paused_by AS "agentPausedBy",
            (SELECT p.paused_by FROM tenant p WHERE p.id = $2) AS "tenantPausedBy", ${isSuspended('$2')} AS suspended,
            coalesce((SELECT e.created_at FROM session_event e WHERE e.session_id = s.id AND e.seq = s.event_seq), s.created_at)
              AS "lastEventAt",
            CASE WHEN t.turn IS NOT NULL THEN jsonb_build_object('turn', t.turn, 'createdAt', ${rfc('t.created_at')},
              'answeredAt', ${rfc('t.answered_at')}, 'closedAt', ${rfc('t.closed_at')},
              'waits', CASE WHEN t.waits IS NOT NULL AND NOT EXISTS (SELECT 1 FROM selection x WHERE x.session_id = s.id
                  AND x.turn = t.turn AND x.created_at > (t.waits->>'noted')::timestamptz)
                THEN jsonb_build_object('for', t.waits->>'for', 'since', ${jsonTime('since')}, 'look', ${jsonTime('look')}) END,
              'counting', EXISTS (SELECT 1 FROM input_count n WHERE n.session_id = s.id AND n.turn = t.turn AND n.state = 'asked'),
              'selections', (SELECT coalesce(jsonb_agg(jsonb_build_object('selection', x.selection, 'provider', x.provider,
                  'model', x.model, 'createdAt', ${rfc('x.created_at')}, 'failedType', x.failed_type,
                  'failedStatus', (x.failure->>'status')::int, 'failedMessage', x.failure->>'message',
                  'connection', x.failure->>'connection') ORDER BY x.selection), '[]')
                FROM selection x WHERE x.session_id = s.id AND x.turn = t.turn AND x.selection >= t.first_selection),
              'attempts', (SELECT coalesce(jsonb_agg(jsonb_build_object('selection', m.selection, 'attempt', m.attempt,
                  'state', m.state, 'dispatchedAt', ${rfc('m.dispatched_at')}, 'closedAt', ${rfc('m.closed_at')},
                  'failedType', m.failed_type) ORDER BY m.selection, m.attempt), '[]')
                FROM (SELECT * FROM model_attempt l WHERE l.session_id = s.id AND l.turn = t.turn
                        AND l.selection <> ${SUMMARY_SELECTION} AND l.selection >= t.first_selection
                      ORDER BY l.selection DESC, l.attempt DESC LIMIT 50) m),
              'calls', (SELECT coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'toolName', c.tool_name,
                  'state', ${shownStateOf('c')}, 'attempts', c.attempts, 'dispatchedAt', ${rfc('c.dispatched_at')},
                  'finishedAt', ${rfc('c.finished_at')}, 'reasonCode', c.reason_code,
                  'message', CASE WHEN c.state IN ('failed', 'unknown', 'denied') THEN left(c.output, 300) END,
                  'mayHaveChanged', c.effect <> 'read' AND NOT c.idempotent) ORDER BY c.call_index), '[]')
                FROM tool_call c WHERE c.session_id = s.id AND c.turn = t.turn)) END AS "lastTurn",
            CASE WHEN s.status = 'ended' THEN '[]'::jsonb ELSE (SELECT coalesce(jsonb_agg(jsonb_build_object('id', r.id,
                'kind', r.kind, 'toolCallId', r.tool_call_id, 'toolName', r.tool_name, 'expiresAt', ${rfc('r.expires_at')})
                ORDER BY r.asked_at), '[]')
              FROM required_action r WHERE r.session_id = s.id AND r.status = 'pending') END AS pending
       FROM session s
      CROSS JOIN LATERAL (SELECT paused_by FROM agent WHERE tenant_id = $2 AND agent_id = s.agent_id OFFSET 0) a
       LEFT JOIN LATERAL (SELECT * FROM turn WHERE session_id = s.id ORDER BY turn DESC LIMIT 1) t ON true
      WHERE s.id = $1 AND (s.tenant_id = $2) IS TRUE`,
    [sessionId, tx.tenantId],
  );
  return rows[0];
}
