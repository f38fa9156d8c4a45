import type { Tx } from '../../db/database.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { auditDispatch } from '../../transitions/call-audit.ts';
import { evaluatedTransaction } from '../evaluated-transaction.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallBundledResult, CallRef } from '../stage-results.ts';
import {
  type BegunCall,
  type BundledAttempt,
  beginBundledCall,
  outcomeOfBundledResult,
  outcomeOfRollback,
  runBegunCall,
} from './begun-bundled-call.ts';
import { type ResultFacts, storeResultOfOpenCall, storeToolResult } from './finish-tool-call.ts';

interface Attempt extends BundledAttempt {
  /** Set where external providers judge the result: nothing was done. */
  asks?: true;
}

/**
 * Stage 4 for the bundled servers: the tool runs in the transaction that stores its result and event, under the lock of the
 * session. A call has all of them or none, so a call without a result had no effect (I5).
 */
export function createCallBundledTool(deps: StageDeps) {
  return async function callBundledTool(ref: CallRef): Promise<CallBundledResult> {
    const attempt: Attempt = {};
    await evaluatedTransaction(deps, ref.tenantId, (tx, evaluate) => callAndStore(tx, ref, attempt, evaluate)).catch(
      (error: unknown) => storeFailure(ref, attempt, error),
    );
    if (attempt.asks) return { kind: 'ask' };
    if (attempt.begun !== undefined) deps.reached('tool_stored.after');
    deps.notifier.eventsAppended(ref.sessionId);
    return { kind: 'done' };
  };

  async function callAndStore(tx: Tx, ref: CallRef, attempt: Attempt, evaluate: Evaluate): Promise<void> {
    const begun = await beginBundledCall(tx, deps, ref, { stage: 'local', evaluate });
    if (begun.kind === 'ask') attempt.asks = true;
    if (begun.kind !== 'begun') return;
    attempt.begun = begun;
    const result = await runBegunCall(tx, deps, begun, attempt);
    deps.reached('tool_answered.after');
    auditDispatch(tx, begun.session, begun.row);
    const outcome = outcomeOfBundledResult(deps, result);
    await storeResultOfOpenCall(tx, deps, begun.session, begun.row, outcome, factsOf(begun, evaluate));
  }

  /** The transaction was rolled back: gives the call a result in a transaction of its own. */
  async function storeFailure(ref: CallRef, attempt: Attempt, error: unknown): Promise<void> {
    const { begun, outcome } = await outcomeOfRollback(deps, ref, attempt, error);
    deps.reached('tool_answered.after');
    await storeToolResult(deps, ref, begun.row, outcome, factsOf(begun, deps.evaluator.of(ref.tenantId)));
  }

  function factsOf({ startedMs, guardrails }: BegunCall, evaluate: Evaluate): ResultFacts {
    return { latencyMs: deps.nowMs() - startedMs, guardrails, scan: createScan(evaluate) };
  }
}
