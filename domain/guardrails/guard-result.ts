import { storableText } from '../storable-text.ts';
import { compiledRules } from './compiled-rules.ts';
import type { GuardrailLayers } from './effective-rules.ts';
import { type Guarding, guardText } from './guard-text.ts';
import type { Intervention } from './intervention.ts';

/** A result of a tool, as its rules leave it. */
export interface GuardedResult {
  readonly output: string;
  /** The whole of a result of which `output` is a part. Undefined: `output` is all of it, or it is withheld. */
  readonly whole: string | undefined;
  readonly withheld: boolean;
  readonly interventions: readonly Intervention[];
}

/** Applies the rules for results. What they object to in the whole of a long result is withheld with all parts of it. */
export async function guardResult(
  layers: GuardrailLayers,
  tool: string,
  result: { readonly output: string; readonly whole?: string | undefined },
  also: Pick<Guarding, 'ask' | 'scan'>,
): Promise<GuardedResult> {
  const { rules } = compiledRules(layers);
  const guarding = { hook: 'tool_result', tool, rules, ...also } as const;
  const whole = result.whole === undefined ? undefined : await guardText(storableText(result.whole), guarding);
  const shown = await guardText(storableText(result.output), guarding);
  const interventions = withoutRepeats([...(whole?.interventions ?? []), ...shown.interventions]);
  const blockedBy = whole?.blockedBy ?? shown.blockedBy;
  if (blockedBy !== undefined) {
    return { output: `[${blockedBy.message}]`, whole: undefined, withheld: true, interventions };
  }
  return { output: shown.text, whole: whole?.text, withheld: false, interventions };
}

function withoutRepeats(interventions: readonly Intervention[]): Intervention[] {
  return [...new Map(interventions.toReversed().map((each) => [each.ruleId, each])).values()].toReversed();
}
