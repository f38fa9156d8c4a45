import type { CallToolResult } from '@modelcontextprotocol/client';
import { CallToolResultSchema } from '@modelcontextprotocol/core';
import type { Tx } from '../../db/database.ts';
import { bundledEffectResult, insertBundledEffect } from '../../db/queries/bundled-effect.ts';
import { writeInViewOf } from '../../db/queries/taint.ts';
import { settledWithin } from '../../processes/abortable.ts';
import { ToolCallError } from '../calls/tool-call.ts';
import { mistake, type ToolScope } from './bundled-tool.ts';
import { findBundledTool } from './bundled-tools.ts';

export interface BundledCall {
  readonly serverId: string;
  readonly toolName: string;
  readonly args: Record<string, unknown>;
  /** `call_…`: the idempotency key of the effect. */
  readonly toolCallId: string;
  readonly scope: ToolScope;
}

/** Shorter than a local activity may take: a tool that is too slow has a result, instead of a stage that begins anew. */
const TIMEOUT_MS = 4_000;

/**
 * Runs a bundled tool in `tx`, which commits the effect and its key together (I5). When the call had its effect before,
 * Postgres refuses the key, at the COMMIT at the latest: everything in `tx` is rolled back, with an error that
 * `isRepeatedEffect` knows, and `storedEffectResult` has the answer of then.
 * @throws ToolCallError whose message the model may read, with what happened as its cause. `tx` must be rolled back.
 */
export async function runBundledTool(tx: Tx, call: BundledCall, timeoutMs = TIMEOUT_MS): Promise<CallToolResult> {
  const { serverId, toolName, scope } = call;
  const tool = findBundledTool(serverId, toolName);
  if (tool === undefined) return mistake(`The ${serverId} has no tool "${toolName}".`);
  if (tool.effect === 'write') writeInViewOf(tx, scope.sessionId);
  const running = tool.run(tx, scope, call.args);
  if (!(await settledWithin(running, timeoutMs))) {
    // The transaction is over: the tool gets an error for all that it still asks of `tx`.
    throw new ToolCallError('tool.timed_out', `The tool server "${serverId}" did not answer in time.`, true);
  }
  const result = await running.catch((error: unknown) => {
    throw new ToolCallError('tool.server_error', `The ${serverId} can't be used right now.`, true, error);
  });
  // Behind the effect: a look-up in front of it would be one more message for all calls but the few repeated ones.
  if (tool.effect === 'write' && result.isError !== true) {
    insertBundledEffect(tx, scope.sessionId, call.toolCallId, result);
  }
  return result;
}

/** The answer of a call at the time when it had its effect. */
export async function storedEffectResult(
  tx: Tx,
  { scope, toolCallId }: Pick<BundledCall, 'scope' | 'toolCallId'>,
): Promise<CallToolResult> {
  const stored = await bundledEffectResult(tx, scope.sessionId, toolCallId);
  if (stored === undefined) throw new Error('The stored result of a bundled effect is gone.');
  return CallToolResultSchema.parse(stored);
}
