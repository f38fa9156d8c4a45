import { RE2JS } from 're2js';
import type { ArgumentRule } from '../../contract/argument-rules.ts';
import { createSizedCache } from '../sized-cache.ts';
import { hostEntryProblem, hostProblem } from './host-rule.ts';
import { numberProblem } from './number-rule.ts';
import { pathProblem, prefixProblem } from './path-rule.ts';
import { pointedValues } from './pointed-values.ts';
import { sqlProblem } from './sql-rule.ts';

/**
 * Says which argument breaks a rule, and what the rule wants. A value that cannot be judged breaks it. The sentence shows no value
 * of the arguments (I10).
 */
export function argumentProblem(
  args: Readonly<Record<string, unknown>>,
  rules: readonly ArgumentRule[],
): string | undefined {
  for (const rule of rules) {
    const { values, missing } = pointedValues(args, rule.pointer);
    if (missing && !rule.optional) {
      return `${rule.pointer} is missing, and policy has to see it`;
    }
    const problem = values.map((value) => valueProblem(value, rule)).find((each) => each !== undefined);
    if (problem !== undefined) return `${rule.pointer}: ${problem}`;
  }
  return undefined;
}

/** Says what is wrong with a rule, beyond its form. */
export function ruleProblem(rule: ArgumentRule): string | undefined {
  if (rule.pattern !== undefined && compiled(rule.pattern) === undefined)
    return 'pattern: is not a regular expression of RE2';
  for (const prefix of rule.path_prefixes ?? []) {
    const problem = prefixProblem(prefix);
    if (problem !== undefined) return `path_prefixes: "${prefix}" ${problem}`;
  }
  for (const host of rule.hosts ?? []) {
    const problem = hostEntryProblem(host);
    if (problem !== undefined) return `hosts: "${host}" ${problem}`;
  }
  if (rule.min !== undefined && rule.max !== undefined && rule.min > rule.max) return 'min: is more than max';
  return undefined;
}

function valueProblem(value: unknown, rule: ArgumentRule): string | undefined {
  if (rule.pattern !== undefined) return patternProblem(value, rule.pattern);
  if (rule.path_prefixes !== undefined) return pathProblem(value, rule.path_prefixes);
  if (rule.hosts !== undefined) return hostProblem(value, rule.hosts, rule.schemes);
  if (rule.sql_verbs !== undefined) return sqlProblem(value, rule.sql_verbs);
  return numberProblem(value, rule);
}

/** The whole text must match, so that nothing can stand before or behind what is allowed. */
function patternProblem(value: unknown, pattern: string): string | undefined {
  const text = typeof value === 'number' || typeof value === 'boolean' ? String(value) : value;
  return typeof text === 'string' && compiled(pattern)?.matches(text)
    ? undefined
    : `it must match ${pattern} as a whole`;
}

const KEPT_BYTES = 16 * 1024 * 1024;
/** A repetition of a thousand is compiled as a thousand copies. */
const PATTERN_BYTES = 64 * 1024;

/** Compiling takes a quarter of a millisecond, and a rule is applied to each item of a list and to every call of its tools. */
const kept = createSizedCache<RE2JS>({ maxBytes: KEPT_BYTES, bytesOf: () => PATTERN_BYTES });

function compiled(pattern: string): RE2JS | undefined {
  const known = kept.get(pattern);
  if (known !== undefined) return known;
  try {
    const made = RE2JS.compile(pattern);
    kept.set(pattern, made);
    return made;
  } catch {
    return undefined;
  }
}
