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
 * Patterns come from servers that we do not trust, so RE2 matches them in linear time. A pattern that RE2 does not
 * support (look-around, back-references) is not checked here: the server that wants it checks its own arguments.
 */
const linearTimePatterns: NonNullable<CodeOptions['regExp']> = Object.assign(
  (pattern: string) => {
    // Ajv distinguishes patterns by their text form.
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
  // This bounds the work of a check: if all errors were collected, every wrong item of a large array would make an object.
  allErrors: false,
  messages: true,
  logger: false,
  // Compiling the meta-schema takes 50 ms, and keywords check the types of their own values without it.
  validateSchema: false,
  meta: false,
  code: { regExp: linearTimePatterns },
} as const;

/**
 * Makes a validator for a tool's arguments. A schema is JSON Schema 2020-12 unless `$schema` names draft-07 or an
 * earlier draft. It never throws: for a schema that does not compile, the validator refuses every call and says why.
 * Compiling takes milliseconds, so keep the validator under the hash of the definition.
 */
export function createArgumentValidator(schema: Record<string, unknown>): ArgumentValidator {
  let validate: ValidateFunction;
  try {
    validate = compiledSchema(schema);
  } catch (error) {
    const reason = error instanceof Error ? error.message : 'unknown reason';
    const message = bounded(`the tool's input schema cannot be used: ${reason}`);
    return () => ({ ok: false, message });
  }
  return (args) => {
    try {
      if (validate(args)) return { ok: true };
    } catch {
      // The arguments are nested more deeply than the stack allows.
      return { ok: false, message: 'the arguments are nested too deeply to be checked' };
    }
    const errors = (validate.errors ?? []).slice(0, LISTED_ERRORS).map(described);
    return { ok: false, message: bounded(errors.join('; ') || 'the arguments do not match the input schema') };
  };
}

/** The reason why a schema can't be used. Undefined: it can be used. */
export function schemaProblem(schema: Record<string, unknown>): string | undefined {
  try {
    compiledSchema(schema);
    return undefined;
  } catch (error) {
    return bounded(error instanceof Error ? error.message : 'unknown reason');
  }
}

/** @throws Error for a schema that does not compile */
export function compiledSchema(schema: Record<string, unknown>): ValidateFunction {
  // `$async` would turn the verdict into a promise, which is truthy. A new instance each time keeps equal `$id`s apart.
  const { $schema: dialect, $async: _asynchronous, ...rest } = schema;
  const ajv = isDraft07OrEarlier(dialect) ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  ajvFormats.default(ajv);
  return ajv.compile(rest);
}

export function isDraft07OrEarlier(dialect: unknown): boolean {
  return typeof dialect === 'string' && /draft-0[3-7]/.test(dialect);
}

/**
 * Says where an error is and what it is. Names and values of the schema are shown, values of the arguments never (I10).
 */
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
