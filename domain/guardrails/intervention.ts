import type { GuardrailAction, GuardrailHook, GuardrailRule } from '../../contract/guardrail-rules.ts';
import type { Finding } from './finding.ts';

/** The action of a rule on a text, in words and places that say nothing of the text itself (I10). */
export interface Intervention {
  readonly ruleId: string;
  readonly kind: GuardrailRule['kind'];
  readonly action: GuardrailAction;
  /** Stable: clients and tests may compare it. */
  readonly reasonCode: string;
  readonly message: string;
  readonly confidence: number;
  /** The kinds of what the rule found. */
  readonly found: readonly string[];
  /** Where, in UTF-16 code units of the text that the rule was given. At most `MOST_SPANS`. */
  readonly spans: readonly { readonly start: number; readonly end: number }[];
}

const MOST_SPANS = 20;

const SECRET_CODES: Readonly<Record<GuardrailHook, string>> = {
  input: 'secret_in_message',
  output: 'secret_in_answer',
  tool_args: 'secret_in_tool_arguments',
  tool_result: 'secret_in_tool_result',
};

const OTHER_CODES: Readonly<Record<Exclude<GuardrailRule['kind'], 'secrets'>, string>> = {
  personal_data: 'personal_data',
  prompt_injection: 'prompt_injection',
  phrases: 'blocked_phrase',
  topic: 'blocked_topic',
  answer_schema: 'answer_schema',
  size: 'too_long',
  provider: 'provider_verdict',
};

/** The place of a guarded text. `tool`: the name of the tool, for arguments and results. */
export interface GuardedPlace {
  readonly hook: GuardrailHook;
  readonly tool?: string | undefined;
}

export function interventionOf(
  rule: GuardrailRule,
  place: GuardedPlace,
  findings: readonly Finding[],
  given: { readonly detail?: string | undefined; readonly action?: GuardrailAction; readonly reasonCode?: string } = {},
): Intervention {
  const action = given.action ?? rule.action;
  const found = [...new Set(findings.map(({ what }) => what))];
  return {
    ruleId: rule.id,
    kind: rule.kind,
    action,
    reasonCode: given.reasonCode ?? codeOf(rule, place.hook),
    message: `${subjectOf(place)} ${reasonOf(rule, found, given.detail)}. ${consequenceOf(place.hook, action)}`,
    confidence: Math.max(...findings.map(({ confidence }) => confidence)),
    found,
    spans: findings.slice(0, MOST_SPANS).map(({ start, end }) => ({ start, end })),
  };
}

/** The intervention of a rule that could not read a text within its limits: it withholds it, unless it only warns. */
export function givenUp(rule: GuardrailRule, place: GuardedPlace, characters: number): Intervention {
  const action = rule.action === 'warn' ? 'warn' : 'block';
  return {
    ruleId: rule.id,
    kind: rule.kind,
    action,
    reasonCode: 'guardrail_gave_up',
    message: `${subjectOf(place)} took the rule "${rule.id}" more time or memory than it may. ${consequenceOf(place.hook, action)}`,
    confidence: 1,
    found: ['unread'],
    spans: [{ start: 0, end: characters }],
  };
}

function codeOf(rule: GuardrailRule, hook: GuardrailHook): string {
  return rule.kind === 'secrets' ? SECRET_CODES[hook] : OTHER_CODES[rule.kind];
}

function subjectOf({ hook, tool }: GuardedPlace): string {
  switch (hook) {
    case 'input':
      return 'A message';
    case 'output':
      return 'The answer';
    case 'tool_args':
      return tool === undefined ? 'The arguments of a call' : `The arguments of a call of ${tool}`;
    case 'tool_result':
      return tool === undefined ? 'A result of a tool' : `A result of ${tool}`;
  }
}

function reasonOf(rule: GuardrailRule, found: readonly string[], detail: string | undefined): string {
  switch (rule.kind) {
    case 'secrets':
      return `held what looks like a secret (${found.join(', ')})`;
    case 'personal_data':
      return `held personal data (${found.join(', ')})`;
    case 'prompt_injection':
      return `held what looks like an attempt to take over the agent (${found.join(', ')})`;
    case 'phrases':
      return 'held a phrase that is configured as blocked';
    case 'topic':
      return `was about the topic "${detail ?? rule.topic}"`;
    case 'answer_schema':
      return `did not fit the JSON schema of answers: ${detail ?? 'it is not valid'}`;
    case 'size':
      return `was longer than ${rule.max_characters} characters`;
    case 'provider':
      return detail ?? `was objected to by the guardrail provider ${rule.provider}`;
  }
}

function consequenceOf(hook: GuardrailHook, action: GuardrailAction): string {
  if (action === 'warn') return 'Nothing was changed.';
  if (action === 'redact') return 'It was replaced before anything read it.';
  switch (hook) {
    case 'input':
      return 'It was withheld from the agent.';
    case 'output':
      return 'It was withheld, and its tool calls were not run.';
    case 'tool_args':
      return 'The call was not made.';
    case 'tool_result':
      return 'It was withheld from the agent.';
  }
}
