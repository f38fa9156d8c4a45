import { pointerPart } from '../json-pointer.ts';
import { isRecord, type JsonRecord } from '../json-record.ts';
import { isUsablePattern, repairedKeyword, typeNamed } from './repair-keyword.ts';

/** Notes what is repaired: where in the schema, and how. */
type Note = (where: string, how: string) => void;

const MAPS_OF_SCHEMAS = new Set(['properties', 'patternProperties', '$defs', 'definitions', 'dependentSchemas']);
const LISTS_OF_SCHEMAS = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const SCHEMAS = new Set([
  'items',
  'additionalItems',
  'additionalProperties',
  'unevaluatedItems',
  'unevaluatedProperties',
  'contains',
  'propertyNames',
  'not',
  'if',
  'then',
  'else',
]);
/** Names under `properties` that are no property if their value is a bare text. */
const KEYWORDS_OF_TEXT = new Set(['type', 'title', 'description', 'format', '$ref', 'pattern']);

interface Dialect {
  /** True if `items` may be a list. */
  readonly itemsMayBeList: boolean;
  readonly note: Note;
}

/**
 * The schema with what its author plainly meant in place of what JSON Schema does not know: draft 4, names of types from
 * other languages, lists where one value stands. What stays wrong is found by the meta-schema.
 */
export function repairedSchema(schema: JsonRecord, itemsMayBeList: boolean, note: Note): Record<string, unknown> {
  return repairedObject(schema, '', { itemsMayBeList, note });
}

function repairedAny(value: unknown, where: string, dialect: Dialect): unknown {
  if (isRecord(value)) return repairedObject(value, where, dialect);
  const type = typeNamed(value);
  if (type !== undefined) {
    dialect.note(where, `the bare name ${JSON.stringify(value)} is read as a type`);
    return { type };
  }
  if (value === null) {
    dialect.note(where, 'null is read as any value');
    return {};
  }
  return value;
}

function repairedObject(sent: JsonRecord, where: string, dialect: Dialect): Record<string, unknown> {
  const schema = withHoistedNames(
    withExactLimits(withNullable(withTuple(sent, where, dialect), where, dialect), where, dialect),
    where,
    dialect,
  );
  const members: [string, unknown][] = [];
  for (const [keyword, value] of Object.entries(schema)) {
    const at = where + pointerPart(keyword);
    const repaired = repairedMember(keyword, value, at, dialect);
    if (repaired !== undefined) members.push([keyword, repaired]);
  }
  return Object.fromEntries(members);
}

/** The value of a keyword. Undefined: the keyword is left out. */
function repairedMember(keyword: string, value: unknown, at: string, dialect: Dialect): unknown {
  const { note } = dialect;
  if (MAPS_OF_SCHEMAS.has(keyword)) {
    if (!isRecord(value)) return value === null || isEmptyList(value) ? leftOut(note, at, 'it is empty') : value;
    const each = (name: string, schema: unknown) => repairedAny(schema, `${at}/${name}`, dialect);
    const usable = ([name]: [string, unknown]) => {
      if (keyword !== 'patternProperties' || isUsablePattern(name)) return true;
      note(`${at}/${name}`, 'left out: its name is no pattern');
      return false;
    };
    return Object.fromEntries(
      Object.entries(value)
        .filter(usable)
        .map(([name, schema]) => [
          name,
          typeof schema === 'string' && KEYWORDS_OF_TEXT.has(name) ? schema : each(name, schema),
        ]),
    );
  }
  if (LISTS_OF_SCHEMAS.has(keyword)) {
    if (value === null || isEmptyList(value)) return leftOut(note, at, 'it is empty');
    if (isRecord(value)) note(at, 'put into a list');
    const list = isRecord(value) ? [value] : value;
    return Array.isArray(list) ? list.map((schema, index) => repairedAny(schema, `${at}/${index}`, dialect)) : value;
  }
  if (SCHEMAS.has(keyword)) {
    if (value === null) return leftOut(note, at, 'it is empty');
    if (value === 'true' || value === 'false') {
      note(at, 'read as true or false');
      return value === 'true';
    }
    if (!Array.isArray(value)) return repairedAny(value, at, dialect);
    return value.map((schema, index) => repairedAny(schema, `${at}/${index}`, dialect));
  }
  const repaired = repairedKeyword(keyword, value);
  if (repaired.kind === 'left_out') return leftOut(note, at, `it is ${repaired.why}`);
  if (repaired.kind === 'kept') return value;
  note(at, repaired.how);
  return repaired.value;
}

/** A list of schemas in `items`, which JSON Schema calls `prefixItems` since 2020. */
function withTuple(schema: JsonRecord, where: string, { itemsMayBeList, note }: Dialect): JsonRecord {
  if (!Array.isArray(schema.items) || itemsMayBeList) return schema;
  const { items, additionalItems, ...rest } = schema;
  note(`${where}/items`, 'the list is read as `prefixItems`');
  return { ...rest, prefixItems: items, items: additionalItems ?? true };
}

/** `nullable` of OpenAPI. */
function withNullable(schema: JsonRecord, where: string, { note }: Dialect): JsonRecord {
  if (typeof schema.nullable !== 'boolean') return schema;
  const { nullable, ...rest } = schema;
  if (!nullable || typeof rest.type !== 'string') return rest;
  note(`${where}/nullable`, 'null is added to the types');
  const values = Array.isArray(rest.enum) && !rest.enum.includes(null) ? [...rest.enum, null] : rest.enum;
  const nulls = { ...rest, type: [rest.type, 'null'] };
  return values === undefined ? nulls : { ...nulls, enum: values };
}

/** `exclusiveMinimum: true` of draft 4, which changes the meaning of `minimum`. */
function withExactLimits(schema: JsonRecord, where: string, { note }: Dialect): JsonRecord {
  let made = schema;
  for (const [exclusive, inclusive] of [
    ['exclusiveMinimum', 'minimum'],
    ['exclusiveMaximum', 'maximum'],
  ] as const) {
    if (typeof made[exclusive] !== 'boolean') continue;
    note(`${where}/${exclusive}`, 'read as in draft 4');
    const { [exclusive]: isExclusive, [inclusive]: limit, ...rest } = made;
    if (limit === undefined) made = rest;
    else made = { ...rest, [isExclusive === true ? exclusive : inclusive]: limit };
  }
  return made;
}

/** `required` of each property, as in draft 3, and a list of required names among the properties, go where they belong. */
function withHoistedNames(schema: JsonRecord, where: string, { note }: Dialect): JsonRecord {
  const { properties } = schema;
  if (!isRecord(properties)) return schema;
  const listed = properties.required;
  const hoisted = Array.isArray(listed) ? listed.filter((name) => typeof name === 'string') : [];
  const kept = Object.entries(properties)
    .filter(([name]) => name !== 'required' || !Array.isArray(listed))
    .map(([name, property]) => {
      if (!isRecord(property) || typeof property.required !== 'boolean') return [name, property] as const;
      const { required, ...rest } = property;
      if (required) hoisted.push(name);
      note(`${where}/properties/${name}/required`, 'belongs to the object');
      return [name, rest] as const;
    });
  if (Array.isArray(listed)) note(`${where}/properties/required`, 'belongs to the object');
  const { required: own } = schema;
  const names = [...(Array.isArray(own) ? own : typeof own === 'string' ? [own] : []), ...hoisted];
  const made = { ...schema, properties: Object.fromEntries(kept) };
  return hoisted.length === 0 ? made : { ...made, required: names };
}

function leftOut(note: Note, at: string, why: string): undefined {
  note(at, `left out: ${why}`);
  return undefined;
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
