import type { GuardrailHook, GuardrailRule } from '../../contract/guardrail-rules.ts';

/** A configuration as it is stored, of a tenant or of an agent. What is absent has its default, or is as the tenant has it. */
export interface StoredGuardrails {
  readonly blocked_phrases?: readonly string[] | undefined;
  readonly redact_secrets?: boolean | null | undefined;
  readonly rules?: readonly GuardrailRule[] | undefined;
}

/** The guardrails that are stored for an agent and for its tenant. */
export interface GuardrailLayers {
  readonly tenant: StoredGuardrails;
  readonly agent?: StoredGuardrails | undefined;
}

const EVERYWHERE: GuardrailHook[] = ['input', 'output', 'tool_args', 'tool_result'];
const SECRETS_RULE = 'secrets';
const PHRASES_RULE = 'blocked_phrases';

/**
 * The rules that hold for an agent, in the order in which they are applied: secrets, blocked phrases, the rules of the tenant,
 * those of the agent. The phrases of an agent are added to those of its tenant. A rule of the agent takes the place of the
 * tenant's rule with the same id. Secrets in results of tools are replaced whatever is configured, since results come from
 * others and are shown and kept (I10).
 */
export function effectiveRules({ tenant, agent = {} }: GuardrailLayers): GuardrailRule[] {
  const own = replacing(replacing(builtIn(tenant, agent), tenant.rules ?? []), agent.rules ?? []);
  const guardsResults = own.some(
    ({ kind, hooks, action, enabled }) =>
      kind === 'secrets' && enabled && action !== 'warn' && (hooks as readonly string[]).includes('tool_result'),
  );
  return guardsResults ? own : [secretsRule(['tool_result'], 'secrets_in_results'), ...own];
}

function builtIn(tenant: StoredGuardrails, agent: StoredGuardrails): GuardrailRule[] {
  const redacts = agent.redact_secrets ?? tenant.redact_secrets ?? true;
  const phrases = [...new Set([...(tenant.blocked_phrases ?? []), ...(agent.blocked_phrases ?? [])])];
  return [
    secretsRule(redacts ? EVERYWHERE : ['tool_result'], SECRETS_RULE),
    ...(phrases.length === 0 ? [] : [phrasesRule(phrases)]),
  ];
}

function secretsRule(hooks: GuardrailHook[], id: string): GuardrailRule {
  return { id, kind: 'secrets', hooks, action: 'redact', enabled: true };
}

function phrasesRule(phrases: string[]): GuardrailRule {
  return {
    id: PHRASES_RULE,
    kind: 'phrases',
    hooks: ['output', 'tool_args'],
    action: 'block',
    enabled: true,
    phrases,
    whole_words: true,
    min_confidence: 0.5,
  };
}

/** Rules with those of `later`: one with a known id stands where that one stood, the others come behind. */
function replacing(rules: readonly GuardrailRule[], later: readonly GuardrailRule[]): GuardrailRule[] {
  const byId = new Map(later.map((rule) => [rule.id, rule]));
  const kept = rules.map((rule) => byId.get(rule.id) ?? rule);
  return [...kept, ...later.filter(({ id }) => !rules.some((rule) => rule.id === id))];
}
