import type { ToolVerdict } from '../../contract/events.ts';
import type { ToolEffect } from '../../contract/mcp.ts';
import type { MediaRef } from '../../domain/media/media-ref.ts';
import type { Tx } from '../database.ts';

export type ToolCallState = 'intended' | 'dispatched' | 'succeeded' | 'failed' | 'denied' | 'unknown';

/** A call that failed before it was sent is shown as what it is. */
export type ShownToolCallState = ToolCallState | 'not_made';

/** Bundled tools are never marked as dispatched. One that has a result without being run is told by its reason. */
export function shownStateOf(table: string): string {
  const unsent = `${table}.attempts = 0 AND (NOT ${table}.bundled OR ${table}.reason_code = 'tool.not_finished')`;
  return `CASE WHEN ${table}.state = 'failed' AND ${unsent} THEN 'not_made' ELSE ${table}.state END`;
}

export interface ToolCallRow {
  readonly id: string;
  readonly turn: number;
  readonly callIndex: number;
  readonly toolName: string;
  readonly serverId: string;
  readonly serverTool: string;
  readonly effect: ToolEffect;
  readonly idempotent: boolean;
  readonly bundled: boolean;
  readonly args: Record<string, unknown>;
  readonly verdict: ToolVerdict;
  readonly reasonCode: string | null;
  readonly state: ToolCallState;
  readonly isError: boolean | null;
  /** The number of times that the call was dispatched. */
  readonly attempts: number;
}

const columns = `id, turn, call_index AS "callIndex", tool_name AS "toolName", server_id AS "serverId",
  server_tool AS "serverTool", effect, idempotent, bundled, args, verdict, reason_code AS "reasonCode", state,
  is_error AS "isError", attempts`;

/**
 * The cut of a result for each level of `CUT_LENGTHS` that is shorter than the result: characters of its beginning and of its end,
 * and the tokens and bytes as JSON that these take in a prompt. Null: the result is not long enough to be cut.
 */
export type StoredCuts = readonly (readonly [head: number, tail: number, tokens: number, bytes: number])[] | null;

export type NewToolCall = Omit<ToolCallRow, 'state' | 'isError' | 'attempts'> & {
  /** The policy that decided about the call, or the step of the pipeline that refused it. */
  readonly rule: string;
  /** The rule that asks for an approval, and the definition of the tool that the approval is for. Undefined: no rule asks. */
  readonly asked?: { readonly rule: string; readonly pin: string } | undefined;
  /** The result of a call that is refused at once. Undefined for a call that is to run. */
  readonly refusal?: { readonly output: string; readonly tokens: number; readonly cuts: StoredCuts } | undefined;
};

/** Inserts the calls of an answer, each as `intended`, or as `denied` with its result. A call that asks is `intended`, too. */
export function insertToolCalls(tx: Tx, sessionId: string, calls: readonly NewToolCall[]): void {
  if (calls.length === 0) return;
  tx.send(
    'insert-tool-calls',
    `INSERT INTO tool_call (session_id, id, turn, call_index, tenant_id, tool_name, server_id, server_tool, effect, idempotent,
                            bundled, args, verdict, reason_code, state, output, is_error, items, bytes, tokens, cuts, finished_at)
     SELECT $1, c.id, c.turn, c."callIndex", $2, c."toolName", c."serverId", c."serverTool", c.effect, c.idempotent,
            c.bundled, c.args, c.verdict, c."reasonCode",
            CASE WHEN c.output IS NULL THEN 'intended' ELSE 'denied' END, c.output, c.output IS NOT NULL, 1,
            octet_length(c.output), coalesce(c.tokens, 0), nullif(c.cuts, 'null'), CASE WHEN c.output IS NOT NULL THEN now() END
       FROM jsonb_to_recordset($3::jsonb) AS c (id text, turn int, "callIndex" int, "toolName" text, "serverId" text,
            "serverTool" text, effect text, idempotent boolean, bundled boolean, args jsonb, verdict text,
            "reasonCode" text, output text, tokens int, cuts jsonb)`,
    [sessionId, tx.tenantId, JSON.stringify(calls.map(({ refusal, asked: _, ...call }) => ({ ...call, ...refusal })))],
  );
}

export async function readToolCall(tx: Tx, sessionId: string, id: string): Promise<ToolCallRow | undefined> {
  const rows = await tx.query<ToolCallRow>(
    'read-tool-call',
    `SELECT ${columns} FROM tool_call WHERE session_id = $1 AND id = $2 AND tenant_id = $3`,
    [sessionId, id, tx.tenantId],
  );
  return rows[0];
}

/** Lists the calls of a turn, in order. */
export async function toolCallsOfTurn(tx: Tx, sessionId: string, turn: number): Promise<ToolCallRow[]> {
  return tx.query<ToolCallRow>(
    'tool-calls-of-turn',
    `SELECT ${columns} FROM tool_call WHERE session_id = $1 AND turn = $2 ORDER BY call_index`,
    [sessionId, turn],
  );
}

/** Marks an intended call as dispatched. From then on its effect may have happened (I5). */
export function markToolDispatched(tx: Tx, sessionId: string, id: string): void {
  tx.send(
    'mark-tool-dispatched',
    `UPDATE tool_call SET state = 'dispatched', attempts = attempts + 1, dispatched_at = clock_timestamp(),
            first_dispatched_at = coalesce(first_dispatched_at, clock_timestamp()) WHERE session_id = $1 AND id = $2`,
    [sessionId, id],
  );
}

export interface ToolCallEnd {
  readonly state: 'succeeded' | 'failed' | 'denied' | 'unknown';
  readonly reasonCode?: string | undefined;
  readonly output: string;
  readonly isError: boolean;
  readonly items: number;
  readonly bytes: number;
  readonly truncated: boolean;
  readonly latencyMs: number;
  readonly tokens: number;
  readonly cuts: StoredCuts;
  /** References to its images, sounds and documents, in the order of their lines. Absent: none. */
  readonly images?: readonly MediaRef[] | undefined;
}

/**
 * Writes the result of a call once.
 * @param attempt how often the call was dispatched when this result came about. That of an earlier dispatch is too late, and so
 *   is that of one about which a person is asked.
 * @returns false when the call has its result, or this one is too late
 */
export async function finishToolCall(
  tx: Tx,
  sessionId: string,
  id: string,
  attempt: number,
  end: ToolCallEnd,
): Promise<boolean> {
  return (await tx.query(...finishing(sessionId, id, attempt, end))).length > 0;
}

/** Does the same for a call of which this transaction has read, under the lock of the session, that it has no result. Waits for nothing. */
export function finishOpenToolCall(tx: Tx, sessionId: string, id: string, end: ToolCallEnd): void {
  tx.send(...finishing(sessionId, id, null, end));
}

function finishing(sessionId: string, id: string, attempt: number | null, end: ToolCallEnd) {
  return [
    'finish-tool-call',
    `UPDATE tool_call SET state = $3, reason_code = coalesce($4, reason_code), output = $5, is_error = $6, items = $7, bytes = $8,
            truncated = $9, latency_ms = $10, tokens = $11, cuts = $12, images = $13, finished_at = now()
      WHERE session_id = $1 AND id = $2 AND state IN ('intended', 'dispatched')
        AND ($14::int IS NULL
             OR attempts = $14 AND NOT EXISTS (SELECT 1 FROM required_action a
                 WHERE a.session_id = $1 AND a.tool_call_id = $2 AND a.attempt = $14 AND a.kind = 'effect_unknown'))
     RETURNING 1`,
    [
      sessionId,
      id,
      end.state,
      end.reasonCode ?? null,
      end.output,
      end.isError,
      end.items,
      end.bytes,
      end.truncated,
      end.latencyMs,
      end.tokens,
      end.cuts === null ? null : JSON.stringify(end.cuts),
      end.images === undefined || end.images.length === 0 ? null : JSON.stringify(end.images),
      attempt,
    ],
  ] as const;
}

/** The answer to a dispatch of a call that came after the dispatch was given up. */
export interface LateAnswer {
  readonly attempt: number;
  readonly state: ToolCallEnd['state'];
  /** The beginning of what it answered. */
  readonly preview: string;
}

/** Keeps what came too late. The first late answer of a call is kept. */
export function keepLateAnswer(tx: Tx, sessionId: string, id: string, late: LateAnswer): void {
  tx.send(
    'keep-late-answer',
    'UPDATE tool_call SET late = $3 WHERE session_id = $1 AND id = $2 AND tenant_id = $4 AND late IS NULL',
    [sessionId, id, JSON.stringify(late), tx.tenantId],
  );
}

/** A call that was given a result because it will get no other. */
export type UnfinishedCall = Pick<ToolCallRow, 'id' | 'turn' | 'toolName' | 'serverId' | 'serverTool'> & {
  readonly state: 'failed' | 'unknown';
  readonly output: string;
};

/** The sentences that tell the model and clients of a call that will get no result of its own. */
export interface UnfinishedWords {
  /** The sentence about a call that was not made. */
  readonly notMade: string;
  /** The sentence about a call that was made, and of which nobody knows whether it took effect. */
  readonly unknown: string;
}

/**
 * Gives a result to every call that has none: a call that was ever dispatched becomes `unknown`, any other becomes `failed`
 * (I5). A bundled tool that was dispatched and has stored no effect had none. Nobody is asked about them any more.
 * @returns those calls, in order, each with its result
 */
export async function closeUnfinishedToolCalls(
  tx: Tx,
  sessionId: string,
  { notMade, unknown }: UnfinishedWords,
): Promise<UnfinishedCall[]> {
  return tx.query(
    'close-unfinished-tool-calls',
    `WITH withdrawn AS (
       UPDATE required_action SET status = 'withdrawn', answered_at = now()
        WHERE session_id = $1 AND tenant_id = $4 AND status = 'pending'
     ), open AS (
       SELECT c.id, (c.state = 'dispatched' OR c.attempts > 0) AND (NOT c.bundled OR e.tool_call_id IS NOT NULL) AS unknown
         FROM tool_call c LEFT JOIN bundled_effect e ON e.session_id = c.session_id AND e.tool_call_id = c.id
        WHERE c.session_id = $1 AND c.state IN ('intended', 'dispatched')
     ), closed AS (
       UPDATE tool_call c
          SET state = CASE WHEN o.unknown THEN 'unknown' ELSE 'failed' END, reason_code = 'tool.not_finished',
              output = CASE WHEN o.unknown THEN $3 ELSE $2 END, is_error = true, items = 0,
              bytes = octet_length(CASE WHEN o.unknown THEN $3 ELSE $2 END), finished_at = now()
         FROM open o WHERE c.session_id = $1 AND c.id = o.id
       RETURNING c.id, c.turn, c.call_index, c.tool_name, c.server_id, c.server_tool, c.state, c.output
     )
     SELECT id, turn, tool_name AS "toolName", server_id AS "serverId", server_tool AS "serverTool", state, output
       FROM closed ORDER BY turn, call_index`,
    [sessionId, notMade, unknown, tx.tenantId],
  );
}

/** Lets a call that was dispatched be dispatched once more, because a person said so. */
export function reopenToolCall(tx: Tx, sessionId: string, id: string): void {
  tx.send(
    'reopen-tool-call',
    `UPDATE tool_call SET state = 'intended' WHERE session_id = $1 AND id = $2 AND state = 'dispatched'`,
    [sessionId, id],
  );
}

/** A call that has a result, as a person is told of it who decides about a later one. */
export interface RanBefore {
  readonly toolName: string;
  readonly turn: number;
  readonly state: ToolCallState;
}

/** Lists the last calls of a session that have a result, the latest first. */
export async function lastToolCalls(tx: Tx, sessionId: string, limit: number): Promise<RanBefore[]> {
  return tx.query<RanBefore>(
    'last-tool-calls',
    `SELECT tool_name AS "toolName", turn, state FROM tool_call
      WHERE session_id = $1 AND tenant_id = $3 AND output IS NOT NULL ORDER BY turn DESC, call_index DESC LIMIT $2`,
    [sessionId, limit, tx.tenantId],
  );
}

/** Lists what the calls of a turn that search the memory look for. */
export async function queriesOfMemorySearches(tx: Tx, sessionId: string, turn: number): Promise<string[]> {
  const rows = await tx.query<{ query: string }>(
    'queries-of-memory-searches',
    `SELECT DISTINCT left(args->>'query', 1000) AS query FROM tool_call
      WHERE session_id = $1 AND turn = $2 AND server_id = 'memory' AND server_tool = 'search' AND state = 'intended'
        AND jsonb_typeof(args->'query') = 'string' LIMIT 8`,
    [sessionId, turn],
  );
  return rows.map(({ query }) => query);
}
