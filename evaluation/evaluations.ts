import type { ArgumentRule } from '../contract/argument-rules.ts';
import type { GuardrailRule } from '../contract/guardrail-rules.ts';
import type { Found } from '../domain/guardrails/compiled-rule.ts';
import type { ShownPart } from '../domain/guardrails/scan-window.ts';
import type { UsableSchema } from '../domain/tool-schema/usable-schema.ts';
import type { CheckedArguments } from '../domain/tool-verdict.ts';

/** The evaluations that are made in a process which can be ended, by name. Their inputs and outputs can be sent to it. */
export interface Evaluations {
  /** Checks the arguments of a call against the schema of its tool and the rules of a policy. */
  check_arguments: {
    readonly input: { readonly schema: string; readonly rules: readonly ArgumentRule[]; readonly args: unknown };
    readonly output: CheckedArguments;
  };
  /** Reads the input schema that a server lists for a tool. */
  usable_schema: { readonly input: { readonly sent: unknown }; readonly output: UsableSchema };
  /** Says why a schema of answers can't be used. */
  schema_problem: {
    readonly input: { readonly schema: Record<string, unknown> };
    readonly output: string | undefined;
  };
  /** Says what is wrong with a rule for arguments. */
  rule_problem: { readonly input: { readonly rule: ArgumentRule }; readonly output: string | undefined };
  /** Finds what a rule objects to in a text. */
  scan_text: {
    readonly input: { readonly rule: GuardrailRule; readonly text: string };
    readonly output: Found;
  };
  /** The first of the phrases that is in a text. */
  first_phrase: {
    readonly input: { readonly phrases: readonly string[]; readonly text: string };
    readonly output: string | undefined;
  };
  /** Says how much of an unfinished text is decided. */
  scan_window: {
    readonly input: { readonly rules: readonly GuardrailRule[]; readonly text: string; readonly from: number };
    readonly output: ShownPart;
  };
}

export type EvaluationName = keyof Evaluations;

/**
 * An evaluation that was given up is a final result: the same input would be given up again.
 * `why` is behind "because": it names no part of the input.
 */
export type Evaluated<T> =
  | { readonly kind: 'done'; readonly value: T }
  | { readonly kind: 'given_up'; readonly why: string };

/** Evaluates for one tenant. @throws Error only where no process for it can be started */
export type Evaluate = <Name extends EvaluationName>(
  name: Name,
  input: Evaluations[Name]['input'],
) => Promise<Evaluated<Evaluations[Name]['output']>>;

/** The CPU time that an evaluation may take: schemas of real servers take some ten ms to compile and check. */
const CPU_LIMIT_MS = 500;
/** A text takes longer the longer it is. Secrets in every line of one take a second for each million of characters. */
const TEXT_LIMIT_MS = 1_000;
const LIMIT_MS_PER_MILLION_CHARACTERS = 3_000;

export function cpuLimitMs<Name extends EvaluationName>(name: Name, input: Evaluations[Name]['input']): number {
  if (name !== 'scan_text' && name !== 'first_phrase') return CPU_LIMIT_MS;
  const characters = 'text' in input ? input.text.length : 0;
  return TEXT_LIMIT_MS + Math.ceil((characters * LIMIT_MS_PER_MILLION_CHARACTERS) / 1_000_000);
}

/** Of a longer text, its beginning, its end and its length stand for it: to hash eight megabytes takes half a second. */
const LONG_CHARACTERS = 32_768;
const PART_CHARACTERS = 8_192;

function named(text: string): string {
  if (text.length <= LONG_CHARACTERS) return text;
  const middle = text.length >> 1;
  return [0, middle, text.length - PART_CHARACTERS]
    .map((at) => text.slice(at, at + PART_CHARACTERS))
    .join(`\0${text.length}\0`);
}

/** The part of an input that decides how costly it is. It is remembered when it took too much. */
export function costlyPart<Name extends EvaluationName>(name: Name, input: Evaluations[Name]['input']): string {
  // A schema that took too long for some arguments is not tried with others.
  const { args: _args, text, ...program } = { args: undefined, text: '', ...input };
  return JSON.stringify([name, program, named(text)]);
}
