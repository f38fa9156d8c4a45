import { LRUCache } from 'lru-cache';
import { type CompiledRule, compileRule } from './compiled-rule.ts';
import { effectiveRules, type GuardrailLayers } from './effective-rules.ts';

/** Rules that are ready to be applied. Equal configurations have equal ids. */
export interface CompiledRules {
  readonly id: string;
  readonly rules: readonly CompiledRule[];
}

const KEPT_CONFIGURATIONS = 200;

/** Compiling a thousand phrases takes some 20 ms, and each turn needs the rules of its agent, so they are kept. */
const kept = new LRUCache<string, CompiledRules>({ max: KEPT_CONFIGURATIONS });

export function compiledRules(layers: GuardrailLayers): CompiledRules {
  const id = JSON.stringify([layers.tenant, layers.agent ?? {}]);
  const known = kept.get(id);
  if (known !== undefined) return known;
  const compiled = { id, rules: effectiveRules(layers).map(compileRule) };
  kept.set(id, compiled);
  return compiled;
}
