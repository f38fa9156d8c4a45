import { listGuardrailProviders } from '../../db/queries/guardrail-provider.ts';
import { asksProviders } from '../../domain/guardrails/asks-providers.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import { guardArguments } from '../../domain/guardrails/guard-arguments.ts';
import type { Guarding } from '../../domain/guardrails/guard-text.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { guardrailsOf } from '../guardrails/config.ts';
import { connectedProviders } from '../guardrails/connected-providers.ts';
import type { ServiceContext } from '../verb/context.ts';
import { callRules } from './judge-call.ts';
import { directTool, type WantedCall } from './judge-direct-call.ts';

/**
 * Asks external providers about the arguments of a direct call before the transaction that judges it.
 * @returns what tells that transaction what they said; undefined when no rule asks one
 */
export async function askAboutArguments(ctx: ServiceContext, wanted: WantedCall): Promise<Guarding['ask']> {
  const about = await ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (!asksProviders(await guardrailsOf(tx, undefined), 'tool_args')) return undefined;
    return { rules: await callRules(tx, null), rows: await listGuardrailProviders(tx) };
  });
  if (about === undefined) return undefined;
  const { ask, recall } = connectedProviders(ctx, about.rows);
  const tool = directTool(about.rules.tools, wanted);
  const { rules } = compiledRules(about.rules.guardrails);
  const scan = createScan(ctx.evaluator.of(ctx.tenantId));
  await guardArguments(wanted.args, { hook: 'tool_args', tool: tool?.name ?? wanted.tool, rules, ask, scan });
  return recall;
}
