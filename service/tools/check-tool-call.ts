import type { z } from 'zod';
import { toolCheckRequestSchema, type toolCheckSchema } from '../../contract/tool-policy.ts';
import { peekRate } from '../../db/queries/tool-rate.ts';
import { indexToolNames } from '../../domain/tool-name-index.ts';
import { listedNames } from '../../domain/tool-policy/glob-reach.ts';
import { policiesByTool } from '../../domain/tool-policy/policies-of-tool.ts';
import { type CallVerdict, TAINT_RULE } from '../../domain/tool-verdict.ts';
import type { CatalogTool } from '../../mcp/listing/tool-catalog.ts';
import { findAgent } from '../agents/agent-profiles.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { callRules, judgeCall, limitedCall } from './judge-call.ts';

/**
 * Says what a call would meet if a model made it now, and which rule decides. Nothing is called and nothing is counted.
 * @throws ServiceError agent_not_found, unknown_tool
 */
export const checkToolCall: Verb<{ body: unknown }, z.infer<typeof toolCheckSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const request = parseInput(toolCheckRequestSchema, input.body);
  const rules = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (request.agent_id !== undefined) await findAgent(tx, request.agent_id);
    return callRules(tx, request.agent_id ?? null);
  });
  const tool = toolNamed(request.tool, rules.tools);
  // A check may take as long as its limit, which a transaction must not wait for. No provider is asked, as nothing is called.
  const call = await judgeCall(rules, tool, request.arguments, {
    evaluate: ctx.evaluator.of(ctx.tenantId),
    calledIn: { taintedBy: request.tainted ? 'an external tool' : null },
  });
  const { judged } = await ctx.db.transaction(ctx.tenantId, (tx) =>
    limitedCall(call, (wanted) => peekRate(tx, wanted)),
  );
  const refusal = judged.verdict === 'allow' ? undefined : judged;
  const names = { qualified: tool.qualifiedName, own: tool.serverTool, model: tool.name };
  return {
    tool: tool.qualifiedName,
    model_name: tool.name,
    verdict: judged.verdict,
    rule: judged.rule,
    reason_code: refusal?.reasonCode,
    reason: reasonOf(judged, tool.name),
    effect: tool.effect,
    idempotent: tool.idempotent,
    policies: policiesByTool(rules.sources.policies, indexToolNames([names]))(0).map(({ id }) => id),
  };
};

/** Finds the one tool that has this name. @throws ServiceError unknown_tool when there is none, or more than one */
function toolNamed(name: string, tools: readonly CatalogTool[]): CatalogTool {
  const exact = tools.filter((tool) => tool.qualifiedName === name || tool.name === name);
  const found = exact.length > 0 ? exact : tools.filter((tool) => tool.serverTool === name);
  const [tool] = found;
  if (tool !== undefined && found.length === 1) return tool;
  const names = listedNames((tool === undefined ? tools : found).map(({ qualifiedName }) => qualifiedName));
  const message =
    tool === undefined
      ? `No tool is called "${name}". There are ${names}.`
      : `Several tools are called "${name}": ${names}. Name one of them.`;
  throw new ServiceError('unknown_tool', message, { param: 'tool' });
}

function reasonOf(judged: CallVerdict, toolName: string): string {
  if (judged.verdict === 'allow') return `The call would run. ${ruleSentence(judged.rule)}`;
  if (judged.verdict === 'deny' || judged.rule === TAINT_RULE) return judged.output;
  const whose = judged.rule === 'default' ? 'No policy names the tool, and the setting' : `The policy ${judged.rule}`;
  return `A person would be asked for approval of this call of ${toolName}. ${whose} asks.`;
}

function ruleSentence(rule: string): string {
  return rule === 'default' ? 'No policy names the tool.' : `The policy ${rule} allows it.`;
}
