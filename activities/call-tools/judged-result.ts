import type { ToolCallRow } from '../../db/queries/tool-call.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { untilAborted } from '../../guardrails/asked-providers.ts';
import { askedProviders } from '../guardrails/asked-providers.ts';
import type { StageDeps } from '../stage-deps.ts';
import type { CallRef } from '../stage-results.ts';
import { untilStored } from '../until-stored.ts';
import { type ResultFacts, storeToolResult, type ToolCallOutcome } from './finish-tool-call.ts';

/**
 * Stores the result of a tool call after external providers have judged it. For stages that may dial out.
 * @param impatient once it aborts, no provider is waited for any more
 */
export async function storeJudgedResult(
  deps: StageDeps,
  ref: CallRef,
  call: ToolCallRow,
  outcome: ToolCallOutcome,
  facts: Omit<ResultFacts, 'ask' | 'scan'>,
  impatient?: AbortSignal,
): Promise<void> {
  const asked = await untilStored(() => askedProviders(deps, ref.tenantId, facts.guardrails));
  const ask = asked && (impatient === undefined ? asked.ask : untilAborted(asked.ask, impatient));
  const scan = createScan(deps.evaluator.of(ref.tenantId));
  await untilStored(() => storeToolResult(deps, ref, call, outcome, { ...facts, ask, scan }));
}
