import { Ajv, type AnySchemaObject } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { compiledSchema, isDraft07OrEarlier } from '../json-schema.ts';

const OPTIONS = { strict: false, validateFormats: false, logger: false, allErrors: false } as const;

type Checker = Pick<Ajv, 'validateSchema' | 'errors'>;
const checkers = new Map<'draft-07' | '2020-12', Checker>();

/** The reason why a schema is not one of its dialect. Undefined: it is valid, and arguments can be checked against it. */
export function schemaProblem(schema: AnySchemaObject): string | undefined {
  const { $schema: dialect, ...rest } = schema;
  const checker = checkerOf(isDraft07OrEarlier(dialect) ? 'draft-07' : '2020-12');
  if (!checker.validateSchema(rest)) {
    const [error] = checker.errors ?? [];
    return `${error?.instancePath || 'it'} ${error?.message ?? 'is not valid'}`;
  }
  // Compiling takes milliseconds. Of a valid schema, only the references may lead nowhere.
  if (!/"\$(?:ref|dynamicRef|id|anchor|dynamicAnchor)":/.test(JSON.stringify(rest))) return undefined;
  try {
    compiledSchema(schema);
    return undefined;
  } catch (error) {
    if (error instanceof RangeError) return 'a reference in it leads back to itself';
    return error instanceof Error ? error.message : 'it cannot be compiled';
  }
}

/** Compiling a meta-schema takes 50 ms, so it is done once, and only where schemas are checked. */
function checkerOf(dialect: 'draft-07' | '2020-12'): Checker {
  const known = checkers.get(dialect);
  if (known !== undefined) return known;
  const made = dialect === 'draft-07' ? new Ajv(OPTIONS) : new Ajv2020(OPTIONS);
  checkers.set(dialect, made);
  return made;
}
