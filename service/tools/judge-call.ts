import type { Tx } from '../../db/database.ts';
import { readGuardrails } from '../../db/queries/guardrail-config.ts';
import { type ToolSources, toolSources } from '../../db/queries/tool-source.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import type { GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { guardArguments } from '../../domain/guardrails/guard-arguments.ts';
import type { Guarding } from '../../domain/guardrails/guard-text.ts';
import type { RateAnswer, WantedRate } from '../../domain/tool-policy/rate-limit.ts';
import { type CalledIn, type CallVerdict, storableCall, verdictOf, withheldCall } from '../../domain/tool-verdict.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import type { Evaluate } from '../../evaluation/evaluations.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { askLimits } from '../../mcp/calls/ask-limits.ts';
import { buildToolCatalog, type CatalogTool } from '../../mcp/listing/tool-catalog.ts';

/** Everything by which calls are judged, as it is stored. */
export interface CallRules {
  readonly sources: ToolSources;
  readonly tools: readonly CatalogTool[];
  readonly guardrails: GuardrailLayers;
}

/** @param agentId null: what holds for all agents of the tenant */
export async function callRules(tx: Tx, agentId: string | null): Promise<CallRules> {
  const sources = await toolSources(tx, agentId);
  const guardrails = (await readGuardrails(tx, agentId ?? undefined)) ?? { tenant: {} };
  return { sources, tools: buildToolCatalog({ ...sources, bundled: bundledTools(), globs: null }), guardrails };
}

export interface JudgedCall {
  readonly tool: CatalogTool;
  readonly judged: CallVerdict;
  /** The arguments as the guardrails leave them. */
  readonly args: Record<string, unknown>;
}

/**
 * Takes the verdict on a call with the functions that judge the calls of a session: guardrails of the arguments, policy, schema
 * and argument rules. Rate limits come last, in `limitedCall`.
 * @param how.ask tells what external providers say of the arguments. Absent: their rules are left out
 */
export async function judgeCall(
  { tools, guardrails }: CallRules,
  tool: CatalogTool,
  given: Record<string, unknown>,
  how: { readonly evaluate: Evaluate; readonly ask?: Guarding['ask']; readonly calledIn?: CalledIn | undefined },
): Promise<JudgedCall> {
  const requested = storableCall({ name: tool.name, args: given });
  const { rules } = compiledRules(guardrails);
  const guarding = { hook: 'tool_args', tool: tool.name, rules, ask: how.ask, scan: createScan(how.evaluate) } as const;
  const { args, blockedBy } = await guardArguments(requested.args ?? {}, guarding);
  if (blockedBy !== undefined) return { tool, judged: withheldCall(blockedBy.message), args };
  const byName = new Map(tools.map((each) => [each.name, each]));
  const call = { ...requested, args: requested.args && args };
  const judged = await verdictOf(call, { byName, tools }, createCheckArguments(how.evaluate), how.calledIn);
  return { tool, judged, args };
}

/** The same call with the verdict that rate limits leave of it. @param ask counts the call, or looks whether it may be counted */
export async function limitedCall(
  call: JudgedCall,
  ask: (wanted: WantedRate) => Promise<RateAnswer>,
): Promise<JudgedCall> {
  const [limited] = await askLimits([{ ...call.tool, verdict: call.judged }], ask);
  return { ...call, judged: limited?.verdict ?? call.judged };
}
