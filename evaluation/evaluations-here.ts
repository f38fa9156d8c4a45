import { LRUCache } from 'lru-cache';
import type { GuardrailRule } from '../contract/guardrail-rules.ts';
import { argumentProblem, ruleProblem } from '../domain/argument-rules/check-arguments.ts';
import { type CompiledRule, compileRule } from '../domain/guardrails/compiled-rule.ts';
import { createPhraseFinder } from '../domain/guardrails/phrases.ts';
import { readText } from '../domain/guardrails/read-text.ts';
import { createScanWindow } from '../domain/guardrails/scan-window.ts';
import { type ArgumentValidator, createArgumentValidator, schemaProblem } from '../domain/json-schema.ts';
import { costProblem, usableSchema } from '../domain/tool-schema/usable-schema.ts';
import type { EvaluationName, Evaluations } from './evaluations.ts';

/** Evaluates in this process. Only a process that may be ended does so with what others wrote. */
export const evaluationsHere: {
  readonly [Name in EvaluationName]: (
    input: Evaluations[Name]['input'],
  ) => Evaluations[Name]['output'] | Promise<Evaluations[Name]['output']>;
} = {
  check_arguments({ schema, rules, args }) {
    const checked = validatorOf(schema)(args);
    if (!checked.ok) return { kind: 'invalid', message: checked.message };
    // Arguments that fit no schema of an object are found out before their rules are looked at.
    const forbidden = argumentProblem(args as Record<string, unknown>, rules);
    return forbidden === undefined ? { kind: 'fits' } : { kind: 'forbidden', message: forbidden };
  },
  usable_schema: ({ sent }) => usableSchema(sent),
  schema_problem: ({ schema }) => schemaProblem(schema) ?? costProblem(schema),
  rule_problem: ({ rule }) => ruleProblem(rule),
  scan_text({ rule, text }) {
    const compiled = compiledOf(rule);
    return compiled.kind === 'text' ? compiled.find(readText(text)) : { findings: [] };
  },
  first_phrase: ({ phrases, text }) => createPhraseFinder(phrases).find(readText(text))[0]?.phrase,
  scan_window: ({ rules, text, from }) => createScanWindow(rules.map(compiledOf))(text, from),
};

/** The memory of this process is bounded, and a compiled schema takes some ten times the bytes of its text. */
const KEPT_SOURCE_BYTES = 1024 * 1024;
const kept = { maxSize: KEPT_SOURCE_BYTES, sizeCalculation: (_: unknown, text: string) => text.length + 100 };
const validators = new LRUCache<string, ArgumentValidator>(kept);
const compiledRules = new LRUCache<string, CompiledRule>(kept);

function validatorOf(schema: string): ArgumentValidator {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  // The text is that of a schema, which was an object before it was sent here.
  const made = createArgumentValidator(JSON.parse(schema) as Record<string, unknown>);
  validators.set(schema, made);
  return made;
}

function compiledOf(rule: GuardrailRule): CompiledRule {
  const text = JSON.stringify(rule);
  const known = compiledRules.get(text);
  if (known !== undefined) return known;
  const made = compileRule(rule);
  compiledRules.set(text, made);
  return made;
}
