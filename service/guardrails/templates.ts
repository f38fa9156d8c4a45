import type { z } from 'zod';
import { pageQuerySchema } from '../../contract/fields.ts';
import { type GuardrailRule, guardrailRuleSchema } from '../../contract/guardrail-rules.ts';
import type { guardrailTemplateListSchema } from '../../contract/guardrails.ts';
import { requireScope } from '../verb/context.ts';
import { pageOfWhole } from '../verb/cursor.ts';
import { parseInput } from '../verb/parse.ts';
import type { Verb } from '../verb/verb.ts';

type Template = z.infer<typeof guardrailTemplateListSchema>['data'][number];

const rule = (given: z.input<typeof guardrailRuleSchema>): GuardrailRule => guardrailRuleSchema.parse(given);

/** Configurations to begin with. Their rules can be sent as they are. */
const TEMPLATES: readonly Template[] = [
  {
    id: 'personal-data',
    name: 'Personal data',
    description:
      'E-mail addresses, phone numbers, IBANs, card numbers and IP addresses are replaced wherever they occur.',
    rules: [
      rule({
        id: 'personal-data',
        kind: 'personal_data',
        hooks: ['input', 'output', 'tool_args', 'tool_result'],
        action: 'redact',
      }),
    ],
  },
  {
    id: 'payment-data',
    name: 'Payment data',
    description: 'Card numbers and IBANs never leave the agent: such an answer is withheld, such a call is not made.',
    rules: [
      rule({
        id: 'payment-data',
        kind: 'personal_data',
        hooks: ['output', 'tool_args'],
        action: 'block',
        entities: ['card', 'iban'],
      }),
    ],
  },
  {
    id: 'untrusted-content',
    name: 'Untrusted content',
    description:
      'What tools return and users write is searched for attempts to take over the agent. Sure finds in results are withheld, the others are reported.',
    rules: [
      rule({
        id: 'injection-in-results',
        kind: 'prompt_injection',
        hooks: ['tool_result'],
        action: 'block',
        min_confidence: 0.85,
      }),
      rule({ id: 'injection', kind: 'prompt_injection', hooks: ['input', 'tool_result'], action: 'warn' }),
    ],
  },
  {
    id: 'no-advice',
    name: 'No advice on medicine, law or money',
    description: 'Answers about these topics are withheld. The terms are a beginning: replace them by your own.',
    rules: [
      topic('medical-advice', 'medical advice', [
        'diagnosis',
        'dosage',
        'prescription',
        'symptoms',
        'side effects',
        'treatment plan',
      ]),
      topic('legal-advice', 'legal advice', [
        'lawsuit',
        'legal advice',
        'liability',
        'plaintiff',
        'statute',
        'attorney',
      ]),
      topic('investment-advice', 'investment advice', [
        'buy shares',
        'portfolio',
        'stock tip',
        'guaranteed return',
        'price target',
      ]),
    ],
  },
  {
    id: 'json-answers',
    name: 'JSON answers',
    description:
      'An answer that is no JSON object is withheld, and the model is asked once more. Put your own schema in.',
    rules: [
      rule({
        id: 'json-answers',
        kind: 'answer_schema',
        hooks: ['output'],
        action: 'block',
        schema: { type: 'object' },
      }),
    ],
  },
  {
    id: 'bounded-sizes',
    name: 'Bounded sizes',
    description: 'Messages above 100,000 characters are withheld, and long arguments of calls are reported.',
    rules: [
      rule({ id: 'long-messages', kind: 'size', hooks: ['input'], action: 'block', max_characters: 100_000 }),
      rule({ id: 'long-arguments', kind: 'size', hooks: ['tool_args'], action: 'warn', max_characters: 50_000 }),
    ],
  },
];

/** Lists the templates. @throws ServiceError invalid_cursor */
export const listTemplates: Verb<{ query: unknown }, z.infer<typeof guardrailTemplateListSchema>> = async ({
  ctx,
  input,
}) => {
  requireScope(ctx, 'read');
  return pageOfWhole([...TEMPLATES], parseInput(pageQuerySchema, input.query), ({ id }) => id);
};

function topic(id: string, name: string, terms: string[]): GuardrailRule {
  return rule({ id, kind: 'topic', hooks: ['output'], action: 'block', topic: name, terms, min_terms: 2 });
}
