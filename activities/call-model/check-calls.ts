import { storableCall, verdictOf } from '../../domain/tool-verdict.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import type { ModelAnswer } from '../../models/model-call.ts';
import type { SessionCatalog } from '../call-tools/session-tools.ts';
import { MOST_CALLS } from './judge-tool-calls.ts';

/**
 * Makes the checks of arguments that the transaction which stores an answer will ask for. Where a guardrail changes arguments,
 * the transaction asks for another check, and is tried again with it.
 */
export async function checkCalls(
  catalog: SessionCatalog,
  calls: ModelAnswer['toolCalls'],
  evaluate: Evaluate,
): Promise<void> {
  const check = createCheckArguments(evaluate);
  for (const call of calls.slice(0, MOST_CALLS)) await verdictOf(storableCall(call), catalog, check);
}
