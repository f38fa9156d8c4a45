import type { z } from 'zod';
import type { GuardrailRule } from '../../contract/guardrail-rules.ts';
import {
  guardrailConfigQuerySchema,
  type guardrailConfigSchema,
  putGuardrailConfigSchema,
} from '../../contract/guardrails.ts';
import type { Tx } from '../../db/database.ts';
import { mergeGuardrails, readGuardrails } from '../../db/queries/guardrail-config.ts';
import { type GuardrailProviderRow, listGuardrailProviders } from '../../db/queries/guardrail-provider.ts';
import { effectiveRules, type GuardrailLayers } from '../../domain/guardrails/effective-rules.ts';
import { createPhraseFinder } from '../../domain/guardrails/phrases.ts';
import { requireSize } from '../tenants/require-room.ts';
import { audit } from '../verb/audit.ts';
import { requireScope, type ServiceContext } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import { ServiceError } from '../verb/service-error.ts';
import type { Verb } from '../verb/verb.ts';

type GuardrailConfig = z.infer<typeof guardrailConfigSchema>;

/** Reads what is configured for the tenant, or for one agent, with the rules that follow from it. @throws ServiceError agent_not_found */
export const getGuardrails: Verb<{ query: unknown }, GuardrailConfig> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { agent_id: agentId } = parseInput(guardrailConfigQuerySchema, input.query);
  return ctx.db.transaction(ctx.tenantId, async (tx) => resourceOf(await guardrailsOf(tx, agentId)));
};

/**
 * Changes the fields that are given. Sessions follow the change at once: a text is guarded by the rules that hold when it is
 * stored.
 * @throws ServiceError agent_not_found
 */
export const putGuardrails: Verb<{ query: unknown; body: unknown }, GuardrailConfig> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { agent_id: agentId } = parseInput(guardrailConfigQuerySchema, input.query);
  const change = parseInput(putGuardrailConfigSchema, input.body);
  const { rules } = change;
  refuseEmptyPhrases(change.blocked_phrases ?? [], 'blocked_phrases');
  for (const [index, rule] of (rules ?? []).entries()) await refuseUnusableSchema(ctx, index, rule);
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    if (rules !== undefined) refuseWrongRules(rules, await listGuardrailProviders(tx));
    const config = await mergeGuardrails(tx, change, agentId);
    if (config === undefined) throw noAgent(agentId);
    requireSize(ctx, 'guardrail_bytes', config.agent ?? config.tenant);
    // The phrases themselves stay out of the audit: they are what nobody is to read.
    const detail = {
      agent_id: agentId ?? null,
      redact_secrets: change.redact_secrets,
      blocked_phrases: change.blocked_phrases?.length,
      rules: rules?.map(({ id, kind, action }) => ({ id, kind, action })),
    };
    await audit(tx, ctx, 'guardrails.put', agentId ?? ctx.tenantId, detail);
    return resourceOf(config);
  });
};

/** @throws ServiceError agent_not_found */
export async function guardrailsOf(tx: Tx, agentId: string | undefined): Promise<GuardrailLayers> {
  const layers = await readGuardrails(tx, agentId);
  if (layers === undefined) throw noAgent(agentId);
  return layers;
}

function noAgent(agentId: string | undefined): ServiceError {
  return new ServiceError('agent_not_found', `No agent "${agentId}".`, { param: 'agent_id' });
}

/** A rule that could not be applied as it is meant is refused, since whoever set it would rely on it. */
function refuseWrongRules(rules: readonly GuardrailRule[], providers: readonly GuardrailProviderRow[]): void {
  for (const [index, rule] of rules.entries()) {
    if (rules.findIndex(({ id }) => id === rule.id) !== index) refuse(index, 'id', 'is the id of another rule, too');
    if (rule.kind === 'provider' && !providers.some(({ id, name }) => id === rule.provider || name === rule.provider)) {
      refuse(index, 'provider', 'is the name of no connected guardrail provider');
    }
    if (rule.kind === 'phrases') refuseEmptyPhrases(rule.phrases, `rules.${index}.phrases`);
    if (rule.kind !== 'topic') continue;
    refuseEmptyPhrases(rule.terms, `rules.${index}.terms`);
    if (rule.min_terms > rule.terms.length) refuse(index, 'min_terms', 'must be at most the number of terms');
  }
}

async function refuseUnusableSchema(ctx: ServiceContext, index: number, rule: GuardrailRule): Promise<void> {
  if (rule.kind !== 'answer_schema') return;
  const checked = await ctx.evaluator.of(ctx.tenantId)('schema_problem', { schema: rule.schema });
  if (checked.kind === 'given_up') refuse(index, 'schema', `can't be used, because ${checked.why}`);
  if (checked.value !== undefined) refuse(index, 'schema', `can't be used: ${checked.value}`);
}

/** A phrase of blanks and invisible characters would be found nowhere. */
function refuseEmptyPhrases(phrases: readonly string[], field: string): void {
  const empty = phrases.findIndex((phrase) => createPhraseFinder([phrase]).phrases.length === 0);
  if (empty === -1) return;
  const param = `${field}.${empty}`;
  throw new ServiceError('invalid_request', `"${param}": must have a character that is shown.`, { param });
}

function refuse(index: number, field: string, why: string): never {
  const param = `rules.${index}.${field}`;
  throw new ServiceError('invalid_request', `"${param}": ${why}.`, { param });
}

/** The own settings of an agent, or those of the tenant. */
function resourceOf(layers: GuardrailLayers): GuardrailConfig {
  const { blocked_phrases: phrases, rules, redact_secrets: redacts } = layers.agent ?? layers.tenant;
  return {
    blocked_phrases: [...(phrases ?? [])],
    redact_secrets: redacts ?? layers.tenant.redact_secrets ?? true,
    rules: [...(rules ?? [])],
    effective: effectiveRules(layers),
  };
}
