import { createSizedCache } from '../sized-cache.ts';
import { type CompiledRule, compileRule } from './compiled-rule.ts';
import { effectiveRules, type GuardrailLayers } from './effective-rules.ts';

/** Rules that are ready to be applied. Equal configurations have equal ids. */
export interface CompiledRules {
  readonly id: string;
  readonly rules: readonly CompiledRule[];
}

const KEPT_BYTES = 32 * 1024 * 1024;
/** The memory that a compiled rule takes for each character of its configuration. */
const COMPILED_BYTES = 64;

/** Compiling a thousand phrases takes some 20 ms, and each turn needs the rules of its agent, so they are kept. */
const kept = createSizedCache<CompiledRules>({
  maxBytes: KEPT_BYTES,
  bytesOf: ({ id }) => COMPILED_BYTES * id.length,
});

export function compiledRules(layers: GuardrailLayers): CompiledRules {
  const id = JSON.stringify([layers.tenant, layers.agent ?? {}]);
  const known = kept.get(id);
  if (known !== undefined) return known;
  const compiled = { id, rules: effectiveRules(layers).map(compileRule) };
  kept.set(id, compiled);
  return compiled;
}
