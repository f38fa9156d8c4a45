import type { z } from 'zod';
import { toolCheckRequestSchema, type toolCheckSchema } from '../../contract/tool-policy.ts';
import type { Tx } from '../../db/database.ts';
import { peekRate } from '../../db/queries/tool-rate.ts';
import { toolSources } from '../../db/queries/tool-source.ts';
import { listedNames } from '../../domain/tool-policy/glob-reach.ts';
import { createPolicyFinder } from '../../domain/tool-policy/policies-of-tool.ts';
import { type CallVerdict, storableCall, TAINT_RULE, verdictOf } from '../../domain/tool-verdict.ts';
import { createCheckArguments } from '../../evaluation/check-arguments.ts';
import { bundledTools } from '../../mcp/bundled/bundled-tools.ts';
import { askLimits } from '../../mcp/calls/ask-limits.ts';
import { buildToolCatalog, type CatalogTool } from '../../mcp/listing/tool-catalog.ts';
import { findAgent } from '../agents/agent-profiles.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';

/**
 * Says what a call would meet if a model made it now, and which rule decides. Nothing is called and nothing is counted.
 * @throws ServiceError agent_not_found, unknown_tool
 */
export const checkToolCall: Verb<{ body: unknown }, z.infer<typeof toolCheckSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const request = parseInput(toolCheckRequestSchema, input.body);
  const { sources, tools } = await ctx.db.transaction(ctx.tenantId, (tx) => catalogOf(tx, request.agent_id));
  const tool = toolNamed(request.tool, tools);
  const byName = new Map(tools.map((each) => [each.name, each]));
  const call = storableCall({ name: tool.name, args: request.arguments });
  // A check may take as long as its limit, which a transaction must not wait for.
  const verdict = await verdictOf(call, { byName, tools }, createCheckArguments(ctx.evaluator.of(ctx.tenantId)), {
    taintedBy: request.tainted ? 'an external tool' : null,
  });
  const [limited] = await ctx.db.transaction(ctx.tenantId, (tx) =>
    askLimits([{ ...tool, verdict }], (wanted) => peekRate(tx, wanted)),
  );
  const judged = limited?.verdict ?? verdict;
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
    policies: createPolicyFinder(sources.policies)(names).map(({ id }) => id),
  };
};

async function catalogOf(tx: Tx, agentId: string | undefined) {
  if (agentId !== undefined) await findAgent(tx, agentId);
  const sources = await toolSources(tx, agentId ?? null);
  return { sources, tools: buildToolCatalog({ ...sources, bundled: bundledTools(), globs: null }) };
}

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
