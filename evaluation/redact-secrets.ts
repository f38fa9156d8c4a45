import type { GuardrailHook, GuardrailRule } from '../contract/guardrail-rules.ts';
import { compileRule } from '../domain/guardrails/compiled-rule.ts';
import { guardText } from '../domain/guardrails/guard-text.ts';
import type { Evaluate } from './evaluations.ts';
import { createScan } from './scan-text.ts';

/**
 * The text with each secret replaced, whatever the guardrails are (I10). If it takes too long to look for them, a sentence that
 * says so takes the place of the text.
 */
export async function withoutSecrets(text: string, hook: GuardrailHook, evaluate: Evaluate): Promise<string> {
  const rule: GuardrailRule = { id: 'secrets', kind: 'secrets', hooks: [hook], action: 'redact', enabled: true };
  const guarded = await guardText(text, { hook, rules: [compileRule(rule)], scan: createScan(evaluate) });
  return guarded.blockedBy === undefined ? guarded.text : `[${guarded.blockedBy.message}]`;
}
