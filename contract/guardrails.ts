import { z } from 'zod';

export const guardrailConfigSchema = z
  .object({
    blocked_phrases: z.array(z.string()).describe('An answer that contains one of them is withheld.'),
    redact_secrets: z.boolean().describe('Secrets in messages are replaced before the agent reads them.'),
  })
  .meta({ id: 'GuardrailConfig' });

/** The fields that are given are changed, the others stay. */
export const putGuardrailConfigSchema = z.object({
  blocked_phrases: z.array(z.string().min(1).max(500)).max(1_000).optional(),
  redact_secrets: z.boolean().optional(),
});

export const testGuardrailsSchema = z.object({ text: z.string().min(1).max(262_144) });

export const guardrailTestSchema = z.object({
  redacted_text: z.string().describe('The text as an agent would read it.'),
  secrets: z.int(),
  blocked_phrase: z.string().nullable(),
  blocked: z.boolean().describe('True when an answer with this text would be withheld.'),
});
