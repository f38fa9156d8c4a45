import type { ArgumentRule } from '../contract/argument-rules.ts';
import { type ArgumentValidator, createArgumentValidator } from '../domain/json-schema.ts';
import type { CheckArguments } from '../domain/tool-verdict.ts';
import type { Evaluate } from './evaluations.ts';

interface CheckedTool {
  readonly inputSchema: Record<string, unknown>;
  /** A bundled tool, whose schema is our own. */
  readonly bundled: boolean;
  readonly argumentRules?: { readonly rules: readonly ArgumentRule[] } | undefined;
}

/** Validators of our own schemas, which check in linear time. */
const ownValidators = new WeakMap<object, ArgumentValidator>();
/** The texts of schemas as they are sent. A catalog keeps the objects of its tools. */
const texts = new WeakMap<object, string>();

/** Checks arguments against the schema of a server and the patterns of a tenant where that can be ended. */
export function createCheckArguments(evaluate: Evaluate): CheckArguments<CheckedTool> {
  return async ({ inputSchema, bundled, argumentRules }, args) => {
    const rules = argumentRules?.rules ?? [];
    if (bundled && rules.length === 0) {
      const checked = ownValidator(inputSchema)(args);
      return checked.ok ? { kind: 'fits' } : { kind: 'invalid', message: checked.message };
    }
    const checked = await evaluate('check_arguments', { schema: textOf(inputSchema), rules, args });
    return checked.kind === 'done' ? checked.value : { kind: 'unchecked', why: checked.why };
  };
}

function ownValidator(schema: Record<string, unknown>): ArgumentValidator {
  const known = ownValidators.get(schema);
  if (known !== undefined) return known;
  const made = createArgumentValidator(schema);
  ownValidators.set(schema, made);
  return made;
}

function textOf(schema: Record<string, unknown>): string {
  const known = texts.get(schema);
  if (known !== undefined) return known;
  const text = JSON.stringify(schema);
  texts.set(schema, text);
  return text;
}
