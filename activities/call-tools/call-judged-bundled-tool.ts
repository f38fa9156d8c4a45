import { CallToolResultSchema } from '@modelcontextprotocol/core';
import type { Tx } from '../../db/database.ts';
import { bundledEffectResult } from '../../db/queries/bundled-effect.ts';
import { markToolDispatched } from '../../db/queries/tool-call.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { auditDispatch } from '../../transitions/call-audit.ts';
import { evaluatedTransaction } from '../evaluated-transaction.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallRef } from '../stage-results.ts';
import {
  type BundledAttempt,
  beginBundledCall,
  outcomeOfBundledResult,
  outcomeOfRollback,
  runBegunCall,
} from './begun-bundled-call.ts';
import type { ToolCallOutcome } from './finish-tool-call.ts';
import { storeJudgedResult } from './judged-result.ts';

/**
 * The call of a bundled tool whose result external providers judge. They are asked between two transactions: the first commits the
 * effect, with the result under the key of the call, and `dispatched`; the second stores the result as the rules leave it.
 *
 * If this process dies between the two, the next attempt finds the call dispatched. A tool that wrote has its result stored, which
 * is judged then, and is not run again (I5). A tool that only read is run again.
 */
export function createCallJudgedBundledTool(deps: StageDeps) {
  return async function callJudgedBundledTool(ref: CallRef, interrupted: AbortSignal): Promise<void> {
    const attempt: BundledAttempt = {};
    const made = await evaluatedTransaction(deps, ref.tenantId, (tx, evaluate) =>
      make(tx, ref, attempt, evaluate),
    ).catch((error: unknown) => failed(ref, attempt, error));
    const { begun } = attempt;
    if (made === undefined || begun === undefined) return;
    deps.reached('tool_answered.after');
    const { guardrails, startedMs, row } = begun;
    const facts = { latencyMs: deps.nowMs() - startedMs, guardrails };
    await storeJudgedResult(deps, ref, { ...row, attempts: made.attempts }, made.outcome, facts, interrupted);
    deps.reached('tool_stored.after');
  };

  async function make(tx: Tx, ref: CallRef, attempt: BundledAttempt, evaluate: Evaluate): Promise<Made | undefined> {
    const begun = await beginBundledCall(tx, deps, ref, { stage: 'regular', evaluate });
    if (begun.kind !== 'begun') return undefined;
    attempt.begun = begun;
    const { session, row } = begun;
    if (row.state === 'dispatched') {
      const stored = await bundledEffectResult(tx, ref.sessionId, ref.toolCallId);
      if (stored !== undefined) {
        const outcome = outcomeOfBundledResult(deps, CallToolResultSchema.parse(stored));
        return { outcome, attempts: row.attempts };
      }
    }
    const result = await runBegunCall(tx, deps, begun, attempt);
    markToolDispatched(tx, ref.sessionId, row.id);
    auditDispatch(tx, session, row);
    return { outcome: outcomeOfBundledResult(deps, result), attempts: row.attempts + 1 };
  }

  /** The transaction was rolled back. */
  async function failed(ref: CallRef, attempt: BundledAttempt, error: unknown): Promise<Made> {
    const { begun, outcome } = await outcomeOfRollback(deps, ref, attempt, error);
    return { outcome, attempts: begun.row.attempts };
  }
}

interface Made {
  readonly outcome: ToolCallOutcome;
  /** The number of times that the call was dispatched so far. */
  readonly attempts: number;
}
