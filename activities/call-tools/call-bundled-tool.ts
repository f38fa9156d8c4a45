import type { Database, Tx } from '../../db/database.ts';
import { joinDatabase } from '../../db/joined-database.ts';
import { isPassingDatabaseError, passingTrouble } from '../../db/passing-error.ts';
import { bundledEffectResult, isRepeatedEffect } from '../../db/queries/bundled-effect.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import { readToolCall, type ToolCallRow } from '../../db/queries/tool-call.ts';
import { type McpServer, ToolCallError, type ToolResult } from '../../mcp/tool-call.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { TurnRef } from '../stage-results.ts';
import { storeResultOfOpenCall, storeToolResult, type ToolCallOutcome } from './finish-tool-call.ts';
import { outcomeOfFailure, outcomeOfResult } from './tool-outcome.ts';

type CallRef = TurnRef & { readonly toolCallId: string };

interface BegunCall {
  readonly call: ToolCallRow;
  readonly agentId: string;
  readonly startedMs: number;
}

/** What is known of the shared transaction when it is rolled back. */
interface Attempt {
  begun?: BegunCall;
  /** What the tool threw; the transaction itself may throw the SQL error behind it. */
  failure?: unknown;
}

/**
 * Stage 4 for the bundled servers: the effect joins the transaction of its result and event, under the lock of the session.
 * A call has all of them or none, so one that has no result had no effect (I5).
 */
export function createCallBundledTool(deps: StageDeps) {
  return async function callBundledTool(ref: CallRef): Promise<void> {
    const attempt: Attempt = {};
    await deps.db
      .transaction(ref.tenantId, (tx) => callAndStore(tx, ref, attempt))
      .catch((error: unknown) => storeFailure(ref, attempt, error));
    if (attempt.begun === undefined) return;
    deps.reached('tool_stored.after');
    deps.notifier.eventsAppended(ref.sessionId);
  };

  async function callAndStore(tx: Tx, ref: CallRef, attempt: Attempt): Promise<void> {
    const begun = await begin(tx, ref);
    if (begun === undefined) return;
    attempt.begun = begun;
    deps.reached('tool_dispatched.before');
    const database = joinDatabase(deps.db, tx);
    const result = await invoke(ref, begun, database)
      .catch((error: unknown) => {
        attempt.failure = error;
        throw error;
      })
      .finally(() => database.leave());
    deps.reached('tool_answered.after');
    await storeResultOfOpenCall(tx, ref, begun.call, outcomeOfResult(result), deps.nowMs() - begun.startedMs);
  }

  async function begin(tx: Tx, ref: CallRef): Promise<BegunCall | undefined> {
    const { session, ended, call } = await behindLock(tx, ref.sessionId, () => ({
      call: readToolCall(tx, ref.sessionId, ref.toolCallId),
    }));
    if (ended !== undefined || call?.state !== 'intended') return undefined;
    if (session.inboxSeq > session.consumedInboxSeq && (await interruptedBefore(tx, ref))) return undefined;
    return { call, agentId: session.agentId, startedMs: deps.nowMs() };
  }

  /**
   * The shared transaction was rolled back: gives the call a result in one of its own.
   * @throws what is not of the tool, or passes: nothing happened, and the stage is tried again
   */
  async function storeFailure(ref: CallRef, { begun, failure }: Attempt, error: unknown): Promise<void> {
    // A tool that only waited for a Postgres that is away has timed out, but did not fail.
    if (begun === undefined || passingTrouble(error) === 'away') throw error;
    const outcome = isRepeatedEffect(error) ? await storedAnswer(ref, begun) : outcomeOf(failure ?? error, begun.call);
    deps.reached('tool_answered.after');
    await storeToolResult(deps.db, ref, begun.call, outcome, deps.nowMs() - begun.startedMs);
  }

  /** A process of the version before commits an effect before its result: its server answers again, without the effect. */
  async function storedAnswer(ref: CallRef, begun: BegunCall): Promise<ToolCallOutcome> {
    return invoke(ref, begun, deps.db).then(outcomeOfResult, (error: unknown) => outcomeOf(error, begun.call));
  }

  function invoke(ref: CallRef, { call, agentId }: BegunCall, database: Database): Promise<ToolResult> {
    return deps.toolConnections.call({
      server: bundledServer(call.serverId),
      toolName: call.serverTool,
      args: call.args,
      toolCallId: call.id,
      scope: { tenantId: ref.tenantId, agentId, sessionId: ref.sessionId, turn: ref.turn },
      database,
      timeoutMs: BUNDLED_TIMEOUT_MS,
      maxResultBytes: deps.limits.toolResultBytes,
      maxWholeBytes: deps.limits.artifactBytes,
      signal: new AbortController().signal,
    });
  }
}

/** As in call-tool.ts: an interrupt leaves what was not begun to the boundary. A call that has its effect was begun. */
async function interruptedBefore(tx: Tx, ref: CallRef): Promise<boolean> {
  if (!(await interruptWaits(tx, ref.sessionId))) return false;
  return (await bundledEffectResult(tx, ref.sessionId, ref.toolCallId)) === undefined;
}

/** @throws what a restart of Postgres or a rival causes, and what is an error of ours */
function outcomeOf(error: unknown, call: ToolCallRow): ToolCallOutcome {
  if (error instanceof ToolCallError && isPassingDatabaseError(error.cause)) throw error.cause;
  return outcomeOfFailure(error, call);
}

function bundledServer(serverId: string): McpServer {
  const name = serverId === 'memory' ? 'memory' : 'workspace';
  return { id: name, name, transport: { kind: 'bundled', name } };
}

/** Under the start-to-close time-out of a local activity. */
const BUNDLED_TIMEOUT_MS = 4_000;
