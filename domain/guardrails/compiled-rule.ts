import type { GuardrailRule } from '../../contract/guardrail-rules.ts';
import { type ArgumentValidator, createArgumentValidator } from '../json-schema.ts';
import { schemaFlaw } from './answer-schema.ts';
import { type Finding, inOriginal } from './finding.ts';
import { personalDataIn } from './personal-data.ts';
import { createPhraseFinder, type PhraseFinder } from './phrases.ts';
import { promptInjectionIn } from './prompt-injection.ts';
import type { ReadText } from './read-text.ts';
import { secretsIn } from './secrets.ts';

type RuleOf<Kind extends GuardrailRule['kind']> = Extract<GuardrailRule, { kind: Kind }>;

/** A rule that looks at a text itself. */
export interface TextRule {
  readonly kind: 'text';
  readonly rule: Exclude<GuardrailRule, { kind: 'provider' }>;
  /** Set for rules that look for phrases: the text of an answer that still grows is held back by them. */
  readonly phrases?: PhraseFinder | undefined;
  find(read: ReadText): Found | Promise<Found>;
}

/** A rule that asks another service. */
export interface ProviderRule {
  readonly kind: 'provider';
  readonly rule: RuleOf<'provider'>;
}

export type CompiledRule = TextRule | ProviderRule;

export interface Found {
  readonly findings: readonly Finding[];
  /** A detail for the sentence about it, without anything of the text. */
  readonly detail?: string | undefined;
}

export function compileRule(rule: GuardrailRule): CompiledRule {
  switch (rule.kind) {
    case 'secrets':
      return { kind: 'text', rule, find: async ({ plain }) => ({ findings: await secretsIn(plain) }) };
    case 'personal_data':
      return personalDataRule(rule);
    case 'prompt_injection': {
      const find = ({ text, readings }: ReadText) =>
        sure(
          readings.flatMap(({ lookAlike }) => promptInjectionIn(text, lookAlike)),
          rule.min_confidence,
        );
      return { kind: 'text', rule, find };
    }
    case 'phrases': {
      const phrases = createPhraseFinder(rule.phrases, rule.whole_words);
      return { kind: 'text', rule, phrases, find: (read) => sure(phrases.find(read), rule.min_confidence) };
    }
    case 'topic':
      return topicRule(rule);
    case 'answer_schema':
      return answerSchemaRule(rule);
    case 'size': {
      const find = ({ text }: ReadText) => (text.length > rule.max_characters ? whole(text, 'size') : NOTHING);
      return { kind: 'text', rule, find };
    }
    case 'provider':
      return { kind: 'provider', rule };
  }
}

const NOTHING: Found = { findings: [] };

function personalDataRule(rule: RuleOf<'personal_data'>): TextRule {
  const { entities, phone_region: phoneRegion, min_confidence: least } = rule;
  const find = ({ plain }: ReadText) => {
    const found = personalDataIn(plain.text, { entities, phoneRegion });
    return sure(
      found.map((each) => inOriginal(plain, each)),
      least,
    );
  };
  return { kind: 'text', rule, find };
}

/** A text is about a topic when it has enough different terms of it. Every place of a term is found then. */
function topicRule(rule: RuleOf<'topic'>): TextRule {
  const phrases = createPhraseFinder(rule.terms);
  const find = (read: ReadText): Found => {
    const found = phrases.find(read);
    if (new Set(found.map(({ phrase }) => phrase)).size < rule.min_terms) return NOTHING;
    return { findings: found.map((each) => ({ ...each, what: 'topic' })), detail: rule.topic };
  };
  return { kind: 'text', rule, phrases, find };
}

function answerSchemaRule(rule: RuleOf<'answer_schema'>): TextRule {
  // A schema takes up to a limit to compile, so it is compiled only in the process that checks an answer against it.
  let validate: ArgumentValidator | undefined;
  const find = ({ text }: ReadText): Found => {
    validate ??= createArgumentValidator(rule.schema);
    const flaw = text === '' ? undefined : schemaFlaw(text, validate);
    return flaw === undefined ? NOTHING : { ...whole(text, 'schema'), detail: flaw };
  };
  return { kind: 'text', rule, find };
}

function sure(findings: readonly Finding[], least: number): Found {
  return { findings: findings.filter(({ confidence }) => confidence >= least) };
}

function whole(text: string, what: string): Found {
  return { findings: [{ start: 0, end: text.length, what, confidence: 1 }] };
}
