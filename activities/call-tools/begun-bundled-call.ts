import type { CallToolResult } from '@modelcontextprotocol/client';
import type { Tx } from '../../db/database.ts';
import { isPassingDatabaseError, passingTrouble } from '../../db/passing-error.ts';
import { bundledEffectResult, isRepeatedEffect } from '../../db/queries/bundled-effect.ts';
import { guardrailsOfSession } from '../../db/queries/guardrail-config.ts';
import { interruptWaits } from '../../db/queries/inbox.ts';
import type { SessionRow } from '../../db/queries/session.ts';
import { readToolCall, type ToolCallRow } from '../../db/queries/tool-call.ts';
import { asksProviders } from '../../domain/guardrails/asks-providers.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { type BundledCall, runBundledTool, storedEffectResult } from '../../mcp/bundled/run-bundled-tool.ts';
import { ToolCallError } from '../../mcp/calls/tool-call.ts';
import { readableResult } from '../../mcp/results/tool-result.ts';
import { settledFromRecording } from '../replay/recorded-result.ts';
import { behindLock } from '../session/behind-lock.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallRef } from '../stage-results.ts';
import { consentOf } from './asked-calls.ts';
import { REST_LINE_BYTES, storeResultOfOpenCall, type ToolCallOutcome } from './finish-tool-call.ts';
import { outcomeOfFailure, outcomeOfResult } from './tool-outcome.ts';

export interface BegunCall {
  readonly kind: 'begun';
  readonly session: SessionRow;
  readonly row: ToolCallRow;
  readonly call: BundledCall;
  readonly startedMs: number;
  readonly guardrails: GuardrailLayers;
}

/** `over`: the call has a result, or must not be made. `ask`: external providers judge its result. */
type Beginning = BegunCall | { readonly kind: 'over' | 'ask' };

/**
 * Begins a call of a bundled tool under the lock of its session.
 * @param stage `local` touches Postgres only, so it leaves a call alone whose result external providers judge
 */
export async function beginBundledCall(
  tx: Tx,
  deps: StageDeps,
  ref: CallRef,
  { stage, evaluate }: { readonly stage: 'local' | 'regular'; readonly evaluate: Evaluate },
): Promise<Beginning> {
  const { session, ended, row, guardrails } = await behindLock(tx, ref, () => ({
    row: readToolCall(tx, ref.sessionId, ref.toolCallId),
    guardrails: guardrailsOfSession(tx, ref.sessionId),
  }));
  if (ended !== undefined || row === undefined) return { kind: 'over' };
  const isOpen = row.state === 'intended' || (stage === 'regular' && row.state === 'dispatched');
  if (!isOpen) return { kind: 'over' };
  if (session.inboxSeq > session.consumedInboxSeq && (await interruptedBefore(tx, ref))) return { kind: 'over' };
  if (row.state === 'intended' && (await settledFromRecording(tx, session, row))) return { kind: 'over' };
  if (stage === 'local' && asksProviders(guardrails, 'tool_result')) return { kind: 'ask' };
  // A call that was dispatched has used up its answer.
  if (row.state === 'intended' && row.verdict !== 'allow') {
    const consent = await consentOf(tx, deps, session, row, createCheckArguments(evaluate));
    if (consent.kind === 'missing') return { kind: 'over' };
    if (consent.kind === 'refused') {
      const facts = { latencyMs: 0, guardrails, scan: createScan(evaluate) };
      await storeResultOfOpenCall(tx, deps, session, row, consent.outcome, facts);
      return { kind: 'over' };
    }
  }
  const scope = {
    agentId: session.agentId,
    sessionId: ref.sessionId,
    searchesByMeaning: deps.meaning !== undefined,
  };
  const { id: toolCallId, serverId, serverTool: toolName, args } = row;
  const call = { serverId, toolName, args, toolCallId, scope };
  return { kind: 'begun', session, row, call, startedMs: deps.nowMs(), guardrails };
}

/**
 * True if the call is not to be begun because a client interrupted the session. As in call-tool.ts, the boundary of the turn
 * then gives it a result. A call that has its effect was begun.
 */
async function interruptedBefore(tx: Tx, ref: CallRef): Promise<boolean> {
  if (!(await interruptWaits(tx, ref.sessionId))) return false;
  return (await bundledEffectResult(tx, ref.sessionId, ref.toolCallId)) === undefined;
}

/** Runs the tool of a call. Its failure is kept for outcomeOfRollback. */
export async function runBegunCall(
  tx: Tx,
  { reached }: Pick<StageDeps, 'reached'>,
  { call }: BegunCall,
  attempt: BundledAttempt,
): Promise<CallToolResult> {
  reached('tool_dispatched.before');
  return runBundledTool(tx, call).catch((error: unknown) => {
    attempt.failure = error;
    throw error;
  });
}

export function outcomeOfBundledResult({ limits }: Pick<StageDeps, 'limits'>, result: CallToolResult): ToolCallOutcome {
  const { toolResultBytes, artifactBytes: maxWholeBytes } = limits;
  const maxResultBytes = toolResultBytes - REST_LINE_BYTES;
  return outcomeOfResult(readableResult(result, { maxResultBytes, maxWholeBytes, textSaysAll: true }));
}

/** The facts from which the outcome of a call follows if its transaction is rolled back. */
export interface BundledAttempt {
  begun?: BegunCall;
  /** The error that the tool threw. The transaction itself may throw the SQL error behind it instead. */
  failure?: unknown;
}

/**
 * Finds the outcome of a call whose transaction was rolled back.
 * @throws an error that is not the tool's, or that will pass: nothing happened, and the stage is tried again
 */
export async function outcomeOfRollback(
  deps: Pick<StageDeps, 'db' | 'limits'>,
  { tenantId }: CallRef,
  { begun, failure }: BundledAttempt,
  error: unknown,
): Promise<{ readonly begun: BegunCall; readonly outcome: ToolCallOutcome }> {
  // A tool that only waited for a Postgres that is away has timed out, but did not fail.
  if (begun === undefined || passingTrouble(error) === 'away') throw error;
  if (!isRepeatedEffect(error)) return { begun, outcome: outcomeOfBundledFailure(failure ?? error, begun.row) };
  // A process of an earlier version committed the effect before the result. The call then gets the result of that effect.
  const stored = await deps.db.transaction(tenantId, (tx) => storedEffectResult(tx, begun.call));
  return { begun, outcome: outcomeOfBundledResult(deps, stored) };
}

/** @throws an error that a restart of Postgres or a rival transaction caused, and every error of ours */
function outcomeOfBundledFailure(error: unknown, call: ToolCallRow): ToolCallOutcome {
  if (error instanceof ToolCallError && isPassingDatabaseError(error.cause)) throw error.cause;
  return outcomeOfFailure(error, call);
}
