import { Ajv, type CodeOptions, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import ajvFormats from 'ajv-formats';
import { RE2JS } from 're2js';
import { utf8Beginning } from './utf8-beginning.ts';

export type ArgumentCheck = { readonly ok: true } | { readonly ok: false; readonly message: string };
export type ArgumentValidator = (args: unknown) => ArgumentCheck;

const MAX_MESSAGE_BYTES = 500;
const LISTED_ERRORS = 3;

/**
 * Patterns come from servers we do not trust: RE2 runs them in linear time. What RE2 does not know (look-around,
 * back-references) is not checked here; the server that asks for it checks its own arguments.
 */
const linearTimePatterns: NonNullable<CodeOptions['regExp']> = Object.assign(
  (pattern: string) => {
    // Ajv tells patterns apart by their text form.
    const textForm = () => pattern;
    try {
      const compiled = RE2JS.compile(pattern);
      return { test: (text: string) => compiled.matcher(text).find(), toString: textForm };
    } catch {
      return { test: () => true, toString: textForm };
    }
  },
  { code: 'linearTimePatterns' },
);

const OPTIONS = {
  strict: false,
  // Bounds the work of a call: with all errors a large array of wrong items makes an error object for each.
  allErrors: false,
  addUsedSchema: false,
  messages: true,
  logger: false,
  // Compiling the meta-schema takes 50 ms. Keywords check the types of their own values without it.
  validateSchema: false,
  meta: false,
  code: { regExp: linearTimePatterns },
} as const;

/**
 * A validator for a tool's arguments. Schemas are JSON Schema 2020-12 unless `$schema` names draft-07 or an earlier one.
 * Never throws: a schema that does not compile gives a validator that refuses every call and says so. Compiling takes
 * milliseconds; keep the validator by the hash of the definition.
 */
export function createArgumentValidator(schema: Record<string, unknown>): ArgumentValidator {
  let validate: ValidateFunction;
  try {
    validate = compile(schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    const message = bounded(`the tool's input schema cannot be used: ${reason}`);
    return () => ({ ok: false, message });
  }
  return (args) => {
    try {
      if (validate(args)) return { ok: true };
    } catch {
      // Nesting deeper than the stack.
      return { ok: false, message: 'the arguments are nested too deeply to be checked' };
    }
    const errors = (validate.errors ?? []).slice(0, LISTED_ERRORS).map(described);
    return { ok: false, message: bounded(errors.join('; ') || 'the arguments do not match the input schema') };
  };
}

function compile(schema: Record<string, unknown>): ValidateFunction {
  // `$async` would turn the verdict into a promise, which is truthy; a fresh instance each time keeps `$id`s apart.
  const { $schema: dialect, $async: _asynchronous, ...rest } = schema;
  const ajv = isDraft07OrEarlier(dialect) ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  ajvFormats.default(ajv);
  return ajv.compile(rest);
}

function isDraft07OrEarlier(dialect: unknown): boolean {
  return typeof dialect === 'string' && /draft-0[3-7]/.test(dialect);
}

/** Where and what, with the names and values of the schema, never with values of the arguments (I10). */
function described(error: ErrorObject): string {
  const where = error.instancePath === '' ? 'arguments' : `arguments${error.instancePath}`;
  const { allowedValues, additionalProperty, allowedValue } = error.params;
  const detail = allowedValues ?? additionalProperty ?? allowedValue;
  const message = error.message ?? `fails "${error.keyword}"`;
  return detail === undefined ? `${where} ${message}` : `${where} ${message}: ${JSON.stringify(detail)}`;
}

function bounded(message: string): string {
  if (Buffer.byteLength(message) <= MAX_MESSAGE_BYTES) return message;
  return `${utf8Beginning(message, MAX_MESSAGE_BYTES - Buffer.byteLength('…'))}…`;
}
