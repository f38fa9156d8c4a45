import type { z } from 'zod';
import {
  type guardrailConfigSchema,
  type guardrailTestSchema,
  putGuardrailConfigSchema,
  testGuardrailsSchema,
} from '../../contract/guardrails.ts';
import {
  type GuardrailConfigRow,
  mergeGuardrailConfig,
  readGuardrailConfig,
} from '../../db/queries/guardrail-config.ts';
import { findBlockedPhrase } from '../../domain/guardrails/phrases.ts';
import { redactSecrets } from '../../domain/guardrails/secrets.ts';
import { audit } from '../verb/audit.ts';
import { requireScope } from '../verb/context.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb, VerbWithoutInput } from '../verb/verb.ts';

type GuardrailConfig = z.infer<typeof guardrailConfigSchema>;

/** Reads the configuration, with its defaults filled in. */
export const getGuardrails: VerbWithoutInput<GuardrailConfig> = async ({ ctx }) => {
  requireScope(ctx, 'read');
  return withDefaults(await ctx.db.transaction(ctx.tenantId, readGuardrailConfig));
};

/** Changes the fields that are given. Sessions follow the change from their next turn on. */
export const putGuardrails: Verb<{ body: unknown }, GuardrailConfig> = async ({ ctx, input }) => {
  requireScope(ctx, 'admin');
  const { blocked_phrases: phrases, redact_secrets: redact } = parseInput(putGuardrailConfigSchema, input.body);
  const change: GuardrailConfigRow = { blocked_phrases: phrases, redact_secrets: redact };
  return ctx.db.transaction(ctx.tenantId, async (tx) => {
    const config = withDefaults(await mergeGuardrailConfig(tx, change));
    await audit(tx, ctx, 'guardrails.put', ctx.tenantId, { ...change });
    return config;
  });
};

/** Says what the guardrails would do to a text, both as a message and as an answer. */
export const testGuardrails: Verb<{ body: unknown }, z.infer<typeof guardrailTestSchema>> = async ({ ctx, input }) => {
  requireScope(ctx, 'read');
  const { text } = parseInput(testGuardrailsSchema, input.body);
  const config = withDefaults(await ctx.db.transaction(ctx.tenantId, readGuardrailConfig));
  const redacted = config.redact_secrets ? await redactSecrets(text) : { text, findings: [] };
  const phrase = findBlockedPhrase(text, config.blocked_phrases);
  return {
    redacted_text: redacted.text,
    secrets: redacted.findings.length,
    blocked_phrase: phrase ?? null,
    blocked: phrase !== undefined,
  };
};

function withDefaults(config: GuardrailConfigRow): GuardrailConfig {
  return { blocked_phrases: [...(config.blocked_phrases ?? [])], redact_secrets: config.redact_secrets ?? true };
}
