import type { Tx } from '../database.ts';
import { shownStateOf } from './tool-call.ts';

/** The times of a turn's own row. Those that are null are not there yet, or were not kept by the version that stored the row. */
export interface TimesOfTurn {
  /** When the transaction began that stored its context. */
  readonly startedAt: Date;
  readonly refreshedAt: Date | null;
  /** When the transaction began that closed it. */
  readonly closedAt: Date | null;
  readonly debitedAt: Date | null;
  readonly messageIds: readonly string[];
}

export interface TimesOfSelection {
  readonly selection: number;
  readonly startedAt: Date;
  readonly selectedAt: Date | null;
  readonly waitedMs: number | null;
  readonly queuedMs: number | null;
}

export interface TimesOfAttempt {
  readonly selection: number;
  readonly attempt: number;
  readonly provider: string;
  readonly model: string;
  readonly state: string;
  readonly failedType: string | null;
  readonly dispatchedAt: Date | null;
  readonly firstTokenMs: number | null;
  readonly lastTokenMs: number | null;
  readonly closedAt: Date | null;
}

export interface TimesOfToolCall {
  readonly id: string;
  readonly toolName: string;
  readonly state: string;
  readonly bundled: boolean;
  readonly attempts: number;
  readonly firstDispatchedAt: Date | null;
  readonly dispatchedAt: Date | null;
  readonly latencyMs: number | null;
  readonly finishedAt: Date | null;
  readonly asked: readonly {
    readonly kind: string;
    readonly status: string;
    /** In milliseconds since 1970. */
    readonly askedAtMs: number;
    readonly answeredAtMs: number | null;
  }[];
}

export async function timesOfTurn(tx: Tx, sessionId: string, turn: number): Promise<TimesOfTurn | undefined> {
  const rows = await tx.query<TimesOfTurn>(
    'times-of-turn',
    `SELECT created_at AS "startedAt", refreshed_at AS "refreshedAt", closed_at AS "closedAt", debited_at AS "debitedAt",
            coalesce(manifest->'messageIds', '[]') AS "messageIds"
       FROM turn WHERE session_id = $1 AND tenant_id = $2 AND turn = $3`,
    [sessionId, tx.tenantId, turn],
  );
  return rows[0];
}

export async function timesOfSelections(tx: Tx, sessionId: string, turn: number): Promise<TimesOfSelection[]> {
  return tx.query<TimesOfSelection>(
    'times-of-selections',
    `SELECT selection, created_at AS "startedAt", selected_at AS "selectedAt", waited_ms AS "waitedMs", queued_ms AS "queuedMs"
       FROM selection WHERE session_id = $1 AND tenant_id = $2 AND turn = $3 ORDER BY selection`,
    [sessionId, tx.tenantId, turn],
  );
}

/** Lists the requests of a turn to models, without those for a summary. */
export async function timesOfAttempts(tx: Tx, sessionId: string, turn: number): Promise<TimesOfAttempt[]> {
  return tx.query<TimesOfAttempt>(
    'times-of-attempts',
    `SELECT selection, attempt, provider, model, state, failed_type AS "failedType", dispatched_at AS "dispatchedAt",
            first_token_ms AS "firstTokenMs", last_token_ms AS "lastTokenMs", closed_at AS "closedAt"
       FROM model_attempt WHERE session_id = $1 AND tenant_id = $2 AND turn = $3 AND selection >= 0
      ORDER BY selection, attempt`,
    [sessionId, tx.tenantId, turn],
  );
}

export async function timesOfToolCalls(tx: Tx, sessionId: string, turn: number): Promise<TimesOfToolCall[]> {
  return tx.query<TimesOfToolCall>(
    'times-of-tool-calls',
    `SELECT c.id, c.tool_name AS "toolName", ${shownStateOf('c')} AS state, c.bundled, c.attempts,
            c.first_dispatched_at AS "firstDispatchedAt", c.dispatched_at AS "dispatchedAt", c.latency_ms AS "latencyMs",
            c.finished_at AS "finishedAt",
            (SELECT coalesce(jsonb_agg(jsonb_build_object(
                      'kind', a.kind, 'status', a.status,
                      'askedAtMs', extract(epoch FROM a.asked_at)::float8 * 1000,
                      'answeredAtMs', extract(epoch FROM a.answered_at)::float8 * 1000) ORDER BY a.asked_at, a.id), '[]')
               FROM required_action a
              WHERE a.session_id = c.session_id AND a.tool_call_id = c.id AND a.tenant_id = c.tenant_id) AS asked
       FROM tool_call c WHERE c.session_id = $1 AND c.tenant_id = $2 AND c.turn = $3 ORDER BY c.call_index`,
    [sessionId, tx.tenantId, turn],
  );
}
