import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Tx } from '../../db/database.ts';
import { isPassingDatabaseError, passingTrouble } from '../../db/passing-error.ts';
import { bundledEffectResult, isRepeatedEffect } from '../../db/queries/bundled-effect.ts';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { readToolCall, type ToolCallRow } from '../../db/queries/tool-call.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import { createKnownEvaluations } from '../../evaluation/evaluated-before.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { type BundledCall, runBundledTool, storedEffectResult } from '../../mcp/bundled/run-bundled-tool.ts';
import { ToolCallError } from '../../mcp/calls/tool-call.ts';
import { readableResult } from '../../mcp/results/tool-result.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { TurnRef } from '../stage-results.ts';
import { consentOf } from './asked-calls.ts';
import { auditDispatch } from './call-audit.ts';
import {
  REST_LINE_BYTES,
  type ResultFacts,
  storeResultOfOpenCall,
  storeToolResult,
  type ToolCallOutcome,
} from './finish-tool-call.ts';
import { outcomeOfFailure, outcomeOfResult } from './tool-outcome.ts';

type CallRef = TurnRef & { readonly toolCallId: string };

interface BegunCall {
  readonly session: SessionRow;
  readonly row: ToolCallRow;
  readonly call: BundledCall;
  readonly startedMs: number;
  readonly guardrails: GuardrailLayers;
}

/** The outcome of a call whose transaction was rolled back. */
interface Attempt {
  begun?: BegunCall;
  /** The error that the tool threw. The transaction itself may throw the SQL error behind it instead. */
  failure?: unknown;
}

/**
 * Stage 4 for the bundled servers: the tool runs in the transaction that stores its result and event, under the lock of the
 * session. A call has all of them or none, so a call without a result had no effect (I5).
 */
export function createCallBundledTool(deps: StageDeps) {
  return async function callBundledTool(ref: CallRef): Promise<void> {
    const attempt: Attempt = {};
    const known = createKnownEvaluations(deps.evaluator.of(ref.tenantId));
    await known
      .before((evaluate) => deps.db.transaction(ref.tenantId, (tx) => callAndStore(tx, ref, attempt, evaluate)))
      .catch((error: unknown) => storeFailure(ref, attempt, error));
    if (attempt.begun !== undefined) deps.reached('tool_stored.after');
    deps.notifier.eventsAppended(ref.sessionId);
  };

  async function callAndStore(tx: Tx, ref: CallRef, attempt: Attempt, evaluate: Evaluate): Promise<void> {
    const begun = await begin(tx, ref, evaluate);
    if (begun === undefined) return;
    attempt.begun = begun;
    deps.reached('tool_dispatched.before');
    const result = await runBundledTool(tx, begun.call).catch((error: unknown) => {
      attempt.failure = error;
      throw error;
    });
    deps.reached('tool_answered.after');
    auditDispatch(tx, begun.session, begun.row);
    await storeResultOfOpenCall(tx, deps, begun.session, begun.row, outcomeOf(result), factsOf(begun, evaluate));
  }

  async function begin(tx: Tx, ref: CallRef, evaluate: Evaluate): Promise<BegunCall | undefined> {
    const { session, ended, row, guardrails } = await behindLock(tx, ref.sessionId, () => ({
      row: readToolCall(tx, ref.sessionId, ref.toolCallId),
      guardrails: guardrailsOfSession(tx, ref.sessionId),
    }));
    if (ended !== undefined || row?.state !== 'intended') return undefined;
    if (session.inboxSeq > session.consumedInboxSeq && (await interruptedBefore(tx, ref))) return undefined;
    if (row.verdict !== 'allow') {
      const consent = await consentOf(tx, deps, session, row, createCheckArguments(evaluate));
      if (consent.kind === 'missing') return undefined;
      if (consent.kind === 'refused') {
        await storeResultOfOpenCall(tx, deps, session, row, consent.outcome, {
          latencyMs: 0,
          guardrails,
          scan: createScan(evaluate),
        });
        return undefined;
      }
    }
    const scope = {
      agentId: session.agentId,
      sessionId: ref.sessionId,
      searchesByMeaning: deps.meaning !== undefined,
    };
    const { id: toolCallId, serverId, serverTool: toolName, args } = row;
    return { session, row, call: { serverId, toolName, args, toolCallId, scope }, startedMs: deps.nowMs(), guardrails };
  }

  /**
   * The transaction was rolled back: gives the call a result in a transaction of its own.
   * @throws an error that is not the tool's, or that will pass: nothing happened, and the stage is tried again
   */
  async function storeFailure(ref: CallRef, { begun, failure }: Attempt, error: unknown): Promise<void> {
    // A tool that only waited for a Postgres that is away has timed out, but did not fail.
    if (begun === undefined || passingTrouble(error) === 'away') throw error;
    const outcome = isRepeatedEffect(error)
      ? await storedOutcome(ref, begun.call)
      : outcomeOfToolFailure(failure ?? error, begun.row);
    deps.reached('tool_answered.after');
    await storeToolResult(deps, ref, begun.row, outcome, factsOf(begun, deps.evaluator.of(ref.tenantId)));
  }

  function factsOf({ startedMs, guardrails }: BegunCall, evaluate: Evaluate): ResultFacts {
    return { latencyMs: deps.nowMs() - startedMs, guardrails, scan: createScan(evaluate) };
  }

  /** A process of the version before commits an effect before its result. The call then gets the result of that effect. */
  async function storedOutcome(ref: CallRef, call: BundledCall): Promise<ToolCallOutcome> {
    return outcomeOf(await deps.db.transaction(ref.tenantId, (tx) => storedEffectResult(tx, call)));
  }

  function outcomeOf(result: CallToolResult): ToolCallOutcome {
    const { toolResultBytes, artifactBytes: maxWholeBytes } = deps.limits;
    const maxResultBytes = toolResultBytes - REST_LINE_BYTES;
    return outcomeOfResult(readableResult(result, { maxResultBytes, maxWholeBytes, textSaysAll: true }));
  }
}

/**
 * True if the call is not to be begun because a client interrupted the session. As in call-tool.ts, the boundary of the turn
 * then gives it a result. A call that has its effect was begun.
 */
async function interruptedBefore(tx: Tx, ref: CallRef): Promise<boolean> {
  if (!(await interruptWaits(tx, ref.sessionId))) return false;
  return (await bundledEffectResult(tx, ref.sessionId, ref.toolCallId)) === undefined;
}

/** @throws an error that a restart of Postgres or a rival transaction caused, and every error of ours */
function outcomeOfToolFailure(error: unknown, call: ToolCallRow): ToolCallOutcome {
  if (error instanceof ToolCallError && isPassingDatabaseError(error.cause)) throw error.cause;
  return outcomeOfFailure(error, call);
}
