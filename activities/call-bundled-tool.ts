import type { Tx } from '../db/database.ts';
import { isPassingDatabaseError } from '../db/passing-error.ts';
import { bundledEffectResult } from '../db/queries/bundled-effect.ts';
import { interruptWaits } from '../db/queries/inbox.ts';
import { readToolCall } from '../db/queries/tool-call.ts';
import { type McpServer, ToolCallError } from '../mcp/tool-call.ts';
import { storeToolResult } from './finish-tool-call.ts';
import type { StageDeps } from './stage-deps.ts';
import type { TurnRef } from './stage-results.ts';
import { outcomeOfFailure, outcomeOfResult } from './tool-outcome.ts';

/**
 * Stage 4 for the bundled servers. They commit effect and idempotency key in one transaction, so running a call again
 * returns what it returned before and changes nothing (I5).
 */
export function createCallBundledTool(deps: StageDeps) {
  return async function callBundledTool(ref: TurnRef & { readonly toolCallId: string }): Promise<void> {
    const { toolCallId } = ref;
    const [call, interrupted] = await deps.db.transaction(ref.tenantId, (tx) =>
      Promise.all([readToolCall(tx, ref.sessionId, toolCallId), interruptedBefore(tx, ref)]),
    );
    if (call === undefined || call.state !== 'intended' || interrupted) return;

    deps.reached('tool_dispatched.before');
    const startedMs = deps.nowMs();
    const outcome = await deps.toolConnections
      .call({
        server: bundledServer(call.serverId),
        toolName: call.serverTool,
        args: call.args,
        toolCallId,
        scope: { tenantId: ref.tenantId, agentId: call.agentId, sessionId: ref.sessionId, turn: ref.turn },
        timeoutMs: BUNDLED_TIMEOUT_MS,
        maxResultBytes: deps.limits.toolResultBytes,
        maxWholeBytes: deps.limits.artifactBytes,
        signal: new AbortController().signal,
      })
      .then(outcomeOfResult, (error: unknown) => {
        // Postgres was away: not the tool's failure, and the stage is tried again.
        if (error instanceof ToolCallError && isPassingDatabaseError(error.cause)) throw error.cause;
        return outcomeOfFailure(error, call);
      });
    deps.reached('tool_answered.after');
    await storeToolResult(deps.db, ref, call, outcome, deps.nowMs() - startedMs);
    deps.reached('tool_stored.after');
    deps.notifier.eventsAppended(ref.sessionId);
  };
}

/** As in call-tool.ts: an interrupt leaves what was not begun to the boundary. A call that has its effect was begun. */
async function interruptedBefore(tx: Tx, ref: { sessionId: string; toolCallId: string }): Promise<boolean> {
  if (!(await interruptWaits(tx, ref.sessionId))) return false;
  return (await bundledEffectResult(tx, ref.sessionId, ref.toolCallId)) === undefined;
}

function bundledServer(serverId: string): McpServer {
  const name = serverId === 'memory' ? 'memory' : 'workspace';
  return { id: name, name, transport: { kind: 'bundled', name } };
}

/** Under the start-to-close time-out of a local activity. */
const BUNDLED_TIMEOUT_MS = 4_000;
