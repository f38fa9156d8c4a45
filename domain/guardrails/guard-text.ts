import type { GuardrailAction } from '../../contract/guardrail-rules.ts';
import type { CompiledRule, Found, ProviderRule, TextRule } from './compiled-rule.ts';
import { type Finding, mergedFindings, redacted } from './finding.ts';
import { type GuardedPlace, givenUp, type Intervention, interventionOf } from './intervention.ts';
import { type ReadText, readText } from './read-text.ts';

/** The verdict of an external provider on a text. */
export interface ProviderVerdict {
  readonly verdict: 'pass' | GuardrailAction;
  /** The text in place of the given one, where the verdict is `redact`. Absent: all of it is replaced. */
  readonly text?: string | undefined;
  readonly reasonCode?: string | undefined;
  readonly confidence?: number | undefined;
  /** A sentence of ours, where the provider could not be asked. */
  readonly detail?: string | undefined;
}

export interface Guarding extends GuardedPlace {
  readonly rules: readonly CompiledRule[];
  /** Asks an external provider. Its rules are left out where it is absent. */
  readonly ask?:
    | ((rule: ProviderRule['rule'], text: string, place: GuardedPlace) => Promise<ProviderVerdict>)
    | undefined;
  /** Applies a rule to a text. */
  readonly scan: Scan;
}

/** Finds what a rule objects to. Undefined: it was given up, because it took too much. */
export type Scan = (rule: TextRule, read: ReadText) => Promise<Found | undefined>;

export interface GuardedText {
  /** The text after all rules were applied. It is empty when the text is blocked. */
  readonly text: string;
  readonly blockedBy?: Intervention | undefined;
  readonly interventions: readonly Intervention[];
  /** The places that were replaced, in the text as it was given. Undefined: a provider has written another text. */
  readonly replaced?: readonly Finding[] | undefined;
}

/**
 * Applies rules to a text in their order. Rules up to the next external provider all read the same text, and what several of
 * them found is replaced once. A provider reads what they have left. A rule that blocks is the last one that is applied.
 */
export async function guardText(text: string, guarding: Guarding): Promise<GuardedText> {
  const interventions: Intervention[] = [];
  let left = text;
  let replaced: Finding[] | undefined = [];
  let redactions: Finding[] = [];
  let read = readText(text);
  const settle = () => {
    if (redactions.length === 0) return;
    const merged = mergedFindings(redactions);
    replaced = replaced?.length === 0 && left === text ? merged : undefined;
    left = redacted(left, merged);
    redactions = [];
    read = readText(left);
  };
  for (const compiled of guarding.rules) {
    if (!isFor(compiled, guarding)) continue;
    if (compiled.kind === 'provider') settle();
    const judged =
      compiled.kind === 'provider' ? await asked(compiled, left, guarding) : await found(compiled, read, guarding);
    if (judged === undefined) continue;
    interventions.push(judged.intervention);
    if (judged.intervention.action === 'block') {
      return { text: '', blockedBy: judged.intervention, interventions, replaced: undefined };
    }
    redactions.push(...judged.redactions);
    if (judged.text !== undefined) {
      left = judged.text;
      replaced = undefined;
      read = readText(left);
    }
  }
  settle();
  return { text: left, interventions, replaced };
}

/** True when a rule applies at a place. Arguments of calls leave the model as answers do, so the rules of answers hold for them. */
export function isFor({ rule }: CompiledRule, { hook }: GuardedPlace): boolean {
  const hooks: readonly string[] = rule.hooks;
  if (!rule.enabled) return false;
  if (hooks.includes(hook)) return true;
  return hook === 'tool_args' && hooks.includes('output') && rule.kind !== 'answer_schema' && rule.kind !== 'size';
}

interface Judged {
  readonly intervention: Intervention;
  readonly redactions: readonly Finding[];
  readonly text?: string | undefined;
}

async function found(compiled: TextRule, read: ReadText, { scan, hook, tool }: Guarding): Promise<Judged | undefined> {
  const { rule } = compiled;
  const place = { hook, tool };
  const scanned = await scan(compiled, read);
  // A rule that cannot say whether a text is harmless treats it as if it were not.
  if (scanned === undefined) return { intervention: givenUp(rule, place, read.text.length), redactions: [] };
  const { findings, detail } = scanned;
  if (findings.length === 0) return undefined;
  const merged = mergedFindings(findings);
  const intervention = interventionOf(rule, place, merged, { detail });
  return { intervention, redactions: rule.action === 'redact' ? merged : [] };
}

async function asked({ rule }: ProviderRule, text: string, { ask, ...place }: Guarding): Promise<Judged | undefined> {
  if (ask === undefined || text === '') return undefined;
  const verdict = await ask(rule, text, place);
  if (verdict.verdict === 'pass') return undefined;
  const action = leastOf(rule.action, verdict.verdict);
  const whole: Finding = { start: 0, end: text.length, what: 'provider', confidence: verdict.confidence ?? 1 };
  const { reasonCode, detail } = verdict;
  const intervention = interventionOf(rule, place, [whole], { action, detail, ...(reasonCode && { reasonCode }) });
  return {
    intervention,
    redactions: [],
    text: action === 'redact' ? (verdict.text ?? '[redacted:provider]') : undefined,
  };
}

const STRENGTH: readonly GuardrailAction[] = ['warn', 'redact', 'block'];

/** The action of the rule is the most that its provider may do. */
function leastOf(a: GuardrailAction, b: GuardrailAction): GuardrailAction {
  return STRENGTH[Math.min(STRENGTH.indexOf(a), STRENGTH.indexOf(b))] ?? a;
}
