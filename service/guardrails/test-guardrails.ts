import type { z } from 'zod';
import { type GuardrailHook, guardrailHookSchema } from '../../contract/guardrail-rules.ts';
import { type guardrailTestSchema, testGuardrailsSchema } from '../../contract/guardrails.ts';
import { listGuardrailProviders } from '../../db/queries/guardrail-provider.ts';
import type { CompiledRule } from '../../domain/guardrails/compiled-rule.ts';
import { compiledRules } from '../../domain/guardrails/compiled-rules.ts';
import { type GuardedText, guardText } from '../../domain/guardrails/guard-text.ts';
import type { Intervention } from '../../domain/guardrails/intervention.ts';
import { createKnownEvaluations } from '../../evaluation/evaluated-before.ts';
import { createScan } from '../../evaluation/scan-text.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';
import { guardrailsOf } from './config.ts';
import { connectedProviders } from './connected-providers.ts';

type GuardrailTest = z.infer<typeof guardrailTestSchema>;
type HookResult = GuardrailTest['results'][number];

/** Says what the guardrails would do to a text at each hook. Nothing is stored. @throws ServiceError agent_not_found, guardrail_provider_not_found */
export const testGuardrails: Verb<{ body: unknown }, GuardrailTest> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { text, agent_id: agentId, hook, providers: named = [] } = parseInput(testGuardrailsSchema, input.body);
  const { layers, rows } = await ctx.db.transaction(ctx.tenantId, async (tx) => ({
    layers: await guardrailsOf(tx, agentId),
    rows: await listGuardrailProviders(tx),
  }));
  const unknown = named.findIndex((each) => !rows.some(({ id, name }) => id === each || name === each));
  if (unknown >= 0) {
    const param = `providers.${unknown}`;
    throw new ServiceError('guardrail_provider_not_found', `No guardrail provider "${named[unknown]}".`, { param });
  }
  const rules = [...compiledRules(layers).rules, ...named.map(providerRule)];
  const { ask } = connectedProviders(ctx, rows);
  const { evaluate } = createKnownEvaluations(ctx.evaluator.of(ctx.tenantId));
  const scan = createScan(evaluate);
  const results: HookResult[] = [];
  const guarded = new Map<GuardrailHook, GuardedText>();
  for (const each of guardrailHookSchema.options) {
    const isTried = hook === undefined || hook === each;
    const result = await guardText(text, { hook: each, rules, scan, ask: isTried ? ask : undefined });
    guarded.set(each, result);
    if (isTried) results.push(resultOf(each, result));
  }
  const phrases = [...(layers.tenant.blocked_phrases ?? []), ...(layers.agent?.blocked_phrases ?? [])];
  const phrase = await evaluate('first_phrase', { phrases, text });
  const message = guarded.get('input');
  return {
    verdict: strongest(results.map(({ verdict }) => verdict)),
    results,
    redacted_text: message?.text ?? '',
    secrets: message?.interventions.find(({ kind }) => kind === 'secrets')?.spans.length ?? 0,
    blocked_phrase: (phrase.kind === 'done' && phrase.value) || null,
    blocked: guarded.get('output')?.blockedBy !== undefined,
  };
};

function providerRule(provider: string): CompiledRule {
  const hooks = [...guardrailHookSchema.options];
  return {
    kind: 'provider',
    rule: { id: provider, kind: 'provider', hooks, action: 'block', enabled: true, provider },
  };
}

function resultOf(hook: GuardrailHook, { text, blockedBy, interventions }: GuardedText): HookResult {
  return {
    hook,
    verdict: strongest(interventions.map(({ action }) => action)),
    text: blockedBy === undefined ? text : null,
    interventions: interventions.map(interventionResource),
  };
}

function interventionResource({ ruleId, reasonCode, ...rest }: Intervention): HookResult['interventions'][number] {
  const { kind, action, message, confidence, found, spans } = rest;
  return {
    rule_id: ruleId,
    kind,
    action,
    reason_code: reasonCode,
    message,
    confidence,
    found: [...found],
    spans: spans.map((span) => ({ ...span })),
  };
}

const STRENGTH = ['pass', 'warn', 'redact', 'block'] as const;

function strongest(verdicts: readonly HookResult['verdict'][]): HookResult['verdict'] {
  return STRENGTH.findLast((verdict) => verdicts.includes(verdict)) ?? 'pass';
}
