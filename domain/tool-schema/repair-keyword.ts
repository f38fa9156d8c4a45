import { RE2JS } from 're2js';
import { canonicalJson } from '../canonical-json.ts';

/** The outcome for the value of a keyword. `how` says what was changed, and `why` says what was wrong with a value left out. */
export type RepairedValue =
  | { readonly kind: 'kept' }
  | { readonly kind: 'changed'; readonly value: unknown; readonly how: string }
  | { readonly kind: 'left_out'; readonly why: string };

const KEPT: RepairedValue = { kind: 'kept' };

const TYPES = new Set(['string', 'number', 'integer', 'boolean', 'array', 'object', 'null']);
/** The names of the types in other languages. */
const SYNONYMS: Readonly<Record<string, string>> = {
  int: 'integer',
  int32: 'integer',
  int64: 'integer',
  long: 'integer',
  float: 'number',
  double: 'number',
  decimal: 'number',
  str: 'string',
  text: 'string',
  bool: 'boolean',
  list: 'array',
  tuple: 'array',
  dict: 'object',
  map: 'object',
  none: 'null',
  nil: 'null',
};

const COUNTS = new Set(['minLength', 'maxLength', 'minItems', 'maxItems', 'minProperties', 'maxProperties']);
const NUMBERS = new Set(['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum', 'multipleOf']);
const FLAGS = new Set(['uniqueItems', 'deprecated', 'readOnly', 'writeOnly']);
const TEXTS = new Set(['title', 'description', '$comment', 'format', 'contentEncoding', 'contentMediaType']);
const REFERENCES = new Set(['$schema', '$id', '$ref', '$anchor', '$dynamicRef', '$dynamicAnchor']);

/** The value of a keyword that holds no schema, where its meaning is plain. Any other value is kept for the meta-schema. */
export function repairedKeyword(keyword: string, value: unknown): RepairedValue {
  if (keyword === 'type') return repairedType(value);
  if (keyword === 'enum') return repairedEnum(value);
  if (keyword === 'required') return repairedRequired(value);
  if (keyword === 'pattern') return isUsablePattern(value) ? KEPT : leftOut('no pattern');
  if (keyword === 'examples') return Array.isArray(value) ? KEPT : changed([value], 'put into a list');
  // Draft 4 has it in place of `$id`, and nothing but a reference to it would need it.
  if (keyword === 'id') return leftOut('no keyword any more');
  if (COUNTS.has(keyword) || NUMBERS.has(keyword)) return repairedNumber(value, COUNTS.has(keyword));
  if (FLAGS.has(keyword)) return repairedFlag(value);
  if (TEXTS.has(keyword) || REFERENCES.has(keyword)) return typeof value === 'string' ? KEPT : leftOut('no text');
  return KEPT;
}

/** The name of a type in JSON Schema. Undefined: it is the name of none. */
export function typeNamed(name: unknown): string | undefined {
  if (typeof name !== 'string') return undefined;
  const plain = name.trim().toLowerCase();
  if (TYPES.has(plain)) return plain;
  return Object.hasOwn(SYNONYMS, plain) ? SYNONYMS[plain] : undefined;
}

function repairedType(value: unknown): RepairedValue {
  if (value === null) return leftOut('no type');
  if (typeof value === 'string' && TYPES.has(value)) return KEPT;
  if (typeof value === 'string' && value.trim().toLowerCase() === 'any') return leftOut('the name for all types');
  const names = typeof value === 'string' ? value.split('|') : value;
  if (!Array.isArray(names)) return KEPT;
  if (names.length === 0) return leftOut('an empty list');
  const types = names.map(typeNamed);
  if (types.includes(undefined)) return KEPT;
  const unique = [...new Set(types)];
  if (Array.isArray(value) && JSON.stringify(unique) === JSON.stringify(value)) return KEPT;
  const made = unique.length === 1 ? unique[0] : unique;
  return changed(made, `${JSON.stringify(value)} is read as ${JSON.stringify(made)}`);
}

function repairedEnum(value: unknown): RepairedValue {
  if (value === null) return leftOut('no list');
  if (!Array.isArray(value)) return typeof value === 'object' ? KEPT : changed([value], 'put into a list');
  if (value.length === 0) return leftOut('an empty list');
  const unique = [...new Map(value.map((each) => [canonicalJson(each), each])).values()];
  return unique.length === value.length ? KEPT : changed(unique, 'repeats are left out');
}

function repairedRequired(value: unknown): RepairedValue {
  if (typeof value === 'string') return changed([value], 'put into a list');
  if (!Array.isArray(value)) return leftOut('no list of names');
  const names = [...new Set(value.filter((name) => typeof name === 'string'))];
  return names.length === value.length ? KEPT : changed(names, 'what is no name, or a repeat, is left out');
}

function repairedNumber(value: unknown, isCount: boolean): RepairedValue {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : value;
  if (typeof number !== 'number' || !Number.isFinite(number)) return leftOut('no number');
  if (isCount && (number < 0 || !Number.isInteger(number))) return leftOut('no count');
  return number === value ? KEPT : changed(number, 'read as a number');
}

function repairedFlag(value: unknown): RepairedValue {
  if (typeof value === 'boolean') return KEPT;
  if (value === 'true' || value === 'false') return changed(value === 'true', 'read as true or false');
  return leftOut('neither true nor false');
}

export function isUsablePattern(value: unknown): boolean {
  if (typeof value !== 'string') return false;
  return [() => RE2JS.compile(value), () => new RegExp(value, 'u')].some((compile) => {
    try {
      compile();
      return true;
    } catch {
      return false;
    }
  });
}

function changed(value: unknown, how: string): RepairedValue {
  return { kind: 'changed', value, how };
}

/** @param why what the value is not, behind "it is" */
function leftOut(why: string): RepairedValue {
  return { kind: 'left_out', why };
}
