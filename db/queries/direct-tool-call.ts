import type { ToolEffect } from '../../contract/mcp.ts';
import type { Tx } from '../database.ts';

export interface DirectToolCall {
  readonly id: string;
  readonly keyId: string;
  readonly requestSha256: string;
  readonly serverId: string;
  readonly serverName: string;
  readonly serverTool: string;
  readonly toolName: string;
  readonly effect: ToolEffect;
  readonly idempotent: boolean;
  readonly attempt: number;
  readonly createdAt: Date;
  /** Undefined: the call is under way, or its process has died. */
  readonly end: DirectCallEnd | undefined;
}

export interface DirectCallEnd {
  readonly state: 'succeeded' | 'failed' | 'unknown';
  readonly reasonCode: string | null;
  readonly output: string;
  /** True when the tool said that it failed. */
  readonly isError: boolean;
  readonly items: number;
  /** UTF-8 bytes of the whole result. */
  readonly bytes: number;
  /** The result is longer than the output, and its whole text is kept. */
  readonly truncated: boolean;
  readonly latencyMs: number;
}

interface Row extends Omit<DirectToolCall, 'end'>, Omit<DirectCallEnd, 'state' | 'bytes'> {
  readonly state: 'dispatched' | DirectCallEnd['state'];
  readonly bytes: number;
}

const columns = `id, key_id AS "keyId", request_sha256 AS "requestSha256", server_id AS "serverId",
  server_name AS "serverName", server_tool AS "serverTool", tool_name AS "toolName", effect, idempotent, attempt,
  created_at AS "createdAt", state, reason_code AS "reasonCode", output, is_error AS "isError", items,
  bytes::float8 AS bytes, whole IS NOT NULL AS truncated, latency_ms AS "latencyMs"`;

function callOf(row: Row): DirectToolCall {
  const { state, reasonCode, output, isError, items, bytes, truncated, latencyMs, ...call } = row;
  if (state === 'dispatched') return { ...call, end: undefined };
  return { ...call, end: { state, reasonCode, output, isError, items, bytes, truncated, latencyMs } };
}

/** Inserts a call as dispatched. From its COMMIT on, its effect may have happened (I5). */
export function insertDirectCall(
  tx: Tx,
  call: Omit<DirectToolCall, 'attempt' | 'end'> & { readonly idempotencyKey: string | null },
): void {
  tx.send(
    'insert-direct-call',
    `INSERT INTO direct_tool_call (id, tenant_id, key_id, idempotency_key, request_sha256, server_id, server_name,
                                   server_tool, tool_name, effect, idempotent, state, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'dispatched', $12)`,
    [
      call.id,
      tx.tenantId,
      call.keyId,
      call.idempotencyKey,
      call.requestSha256,
      call.serverId,
      call.serverName,
      call.serverTool,
      call.toolName,
      call.effect,
      call.idempotent,
      call.createdAt,
    ],
  );
}

/**
 * Frees an Idempotency-Key that a client may use for something else by now: it was used more than 24 h ago, or for another
 * request, which its own record says has been forgotten.
 */
export function freeDirectCallKey(tx: Tx, key: string, requestSha256: string): void {
  tx.send(
    'free-direct-call-key',
    `UPDATE direct_tool_call SET idempotency_key = NULL
      WHERE tenant_id = $1 AND idempotency_key = $2
        AND (request_sha256 <> $3 OR created_at < now() - interval '24 hours')`,
    [tx.tenantId, key, requestSha256],
  );
}

/** Reads and locks the call that was made with an Idempotency-Key. */
export async function lockDirectCallByKey(tx: Tx, key: string): Promise<DirectToolCall | undefined> {
  const rows = await tx.query<Row>(
    'lock-direct-call-by-key',
    `SELECT ${columns} FROM direct_tool_call WHERE tenant_id = $1 AND idempotency_key = $2 FOR UPDATE`,
    [tx.tenantId, key],
  );
  return rows[0] && callOf(rows[0]);
}

/** Reads and locks a call. */
export async function lockDirectCall(tx: Tx, id: string): Promise<DirectToolCall | undefined> {
  const rows = await tx.query<Row>(
    'lock-direct-call',
    `SELECT ${columns} FROM direct_tool_call WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
    [tx.tenantId, id],
  );
  return rows[0] && callOf(rows[0]);
}

export async function directCallById(tx: Tx, id: string): Promise<DirectToolCall | undefined> {
  const rows = await tx.query<Row>(
    'direct-call-by-id',
    `SELECT ${columns} FROM direct_tool_call WHERE tenant_id = $1 AND id = $2`,
    [tx.tenantId, id],
  );
  return rows[0] && callOf(rows[0]);
}

/** Begins another attempt of a call that does no harm when it is repeated. Whoever made the one before can't finish it any more. */
export function repeatDirectCall(tx: Tx, id: string): void {
  tx.send(
    'repeat-direct-call',
    `UPDATE direct_tool_call SET attempt = attempt + 1, dispatched_at = now()
      WHERE tenant_id = $1 AND id = $2 AND state = 'dispatched'`,
    [tx.tenantId, id],
  );
}

/** Writes the result of an attempt once. @returns false when the call has a result, or another attempt, already */
export async function finishDirectCall(
  tx: Tx,
  { id, attempt }: Pick<DirectToolCall, 'id' | 'attempt'>,
  end: DirectCallEnd,
  whole: string | undefined,
): Promise<boolean> {
  const rows = await tx.query(
    'finish-direct-call',
    `UPDATE direct_tool_call SET state = $4, reason_code = $5, output = $6, is_error = $7, items = $8, bytes = $9,
            whole = $10, latency_ms = $11, finished_at = now()
      WHERE tenant_id = $1 AND id = $2 AND attempt = $3 AND state = 'dispatched' RETURNING 1`,
    [
      tx.tenantId,
      id,
      attempt,
      end.state,
      end.reasonCode,
      end.output,
      end.isError,
      end.items,
      end.bytes,
      whole ?? null,
      end.latencyMs,
    ],
  );
  return rows.length > 0;
}

/** Reads the whole text of a result. Undefined: there is no such call, or it has no result. */
export async function wholeOfDirectCall(tx: Tx, id: string): Promise<string | undefined> {
  const rows = await tx.query<{ text: string | null }>(
    'whole-of-direct-call',
    'SELECT coalesce(whole, output) AS text FROM direct_tool_call WHERE tenant_id = $1 AND id = $2',
    [tx.tenantId, id],
  );
  return rows[0]?.text ?? undefined;
}

export interface DirectCallRef {
  readonly tenantId: string;
  readonly id: string;
}

/** Lists calls of all tenants that were sent so long ago that their process must have died, in a service transaction. */
export async function abandonedDirectCalls(tx: Tx, sentBefore: Date, limit: number): Promise<DirectCallRef[]> {
  return tx.query<DirectCallRef>(
    'abandoned-direct-calls',
    `SELECT tenant_id AS "tenantId", id FROM direct_tool_call
      WHERE state = 'dispatched' AND dispatched_at < $1 ORDER BY dispatched_at LIMIT $2`,
    [sentBefore, limit],
  );
}

/** Lists calls of all tenants that ended so long ago, in a service transaction. */
export async function directCallsEndedBefore(tx: Tx, endedBefore: Date, limit: number): Promise<DirectCallRef[]> {
  return tx.query<DirectCallRef>(
    'direct-calls-ended-before',
    `SELECT tenant_id AS "tenantId", id FROM direct_tool_call WHERE finished_at < $1 ORDER BY finished_at LIMIT $2`,
    [endedBefore, limit],
  );
}

export function deleteDirectCall(tx: Tx, id: string): void {
  tx.send('delete-direct-call', 'DELETE FROM direct_tool_call WHERE tenant_id = $1 AND id = $2', [tx.tenantId, id]);
}
