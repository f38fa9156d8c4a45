import type { GuardrailHook } from '../../contract/guardrail-rules.ts';
import { compiledRules } from './compiled-rules.ts';
import type { GuardrailLayers } from './effective-rules.ts';
import { isFor } from './guard-text.ts';

/** True if a rule has an external provider judge the texts of a hook. */
export function asksProviders(layers: GuardrailLayers, hook: GuardrailHook): boolean {
  return compiledRules(layers).rules.some((rule) => rule.kind === 'provider' && isFor(rule, { hook }));
}
