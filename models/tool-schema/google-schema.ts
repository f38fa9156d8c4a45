import { bytesOf, isSchema, type JsonSchema, namesOf, propertiesOf, referred, schemasOf } from './json-schema.ts';

/** Formats that Google knows, by type. It refuses others. */
const FORMATS: Readonly<Record<string, readonly string[]>> = {
  string: ['date-time'],
  number: ['float', 'double'],
  integer: ['int32', 'int64'],
};
const TYPES = ['string', 'number', 'integer', 'boolean', 'array', 'object'];
/** A schema that says nothing of its type takes any value, and Google has no type for that. */
const ANY_TYPE = 'string';
/** Beside values that an enumeration of Google can't hold. */
const LISTED_CHARACTERS = 200;

/** No schema that names a type takes less. */
const LEAST_TYPE_BYTES = '{"type":"object"}'.length;

/**
 * The schema in the part of OpenAPI 3.0 that Google takes, where anything else is refused. It may allow more than the
 * original, against which arguments are checked anyway. It has no references: what they name is written out, as deeply as
 * `depth` says. Undefined: it takes more than `mostBytes`.
 */
export function googleSchema(
  schema: JsonSchema,
  { depth, mostBytes }: { readonly depth: number; readonly mostBytes: number },
): JsonSchema | undefined {
  const room: Room = { types: Math.floor(mostBytes / LEAST_TYPE_BYTES) };
  const made = converted(schema, { root: schema, depth, room });
  return room.types >= 0 && bytesOf(made) <= mostBytes ? made : undefined;
}

interface Place {
  readonly root: JsonSchema;
  /** How many more references may be written out on the way down. */
  readonly depth: number;
  readonly room: Room;
}

/**
 * The number of types that there is still room for. Without this bound a schema of five properties that each refer to the whole
 * would be written out for 20 s before it was found to be too long.
 */
interface Room {
  types: number;
}

function converted(given: unknown, place: Place): JsonSchema {
  // Each becomes at least one type, also one that is no object, such as `true`.
  if (!isSchema(given)) place.room.types -= 1;
  if (!isSchema(given) || place.room.types < 0) return { type: ANY_TYPE };
  const { schema, ...inner } = written(given, place);
  const { description } = schema;
  const named = typeof description === 'string' && description !== '' ? { description } : {};
  const choices = choicesOf(schema);
  const types = typesOf(schema, choices);
  const nullable = isNullable(schema, choices) ? { nullable: true } : {};
  const real = choices.filter(({ type }) => type !== 'null');
  if (types.length === 0 && real.length > 0) {
    const [only, ...others] = real.map((each) => converted(each, inner));
    return others.length === 0
      ? { ...only, ...named, ...nullable }
      : { anyOf: [only, ...others], ...named, ...nullable };
  }
  const [only = ANY_TYPE, ...others] = types;
  if (others.length > 0) {
    return { anyOf: types.map((type) => ofType(type, schema, inner)), ...named, ...nullable };
  }
  return { ...ofType(only, schema, inner), ...described(only, schema), ...nullable };
}

/** The schema with what it refers to and the parts of its `allOf` in it. */
function written(given: JsonSchema, place: Place): Place & { readonly schema: JsonSchema } {
  const { root, depth } = place;
  const { $ref, allOf, ...beside } = given;
  const parts = schemasOf(allOf);
  if ($ref === undefined && parts.length === 0) return { ...place, schema: given };
  const target = depth > 0 ? referred(root, $ref) : undefined;
  const missing: JsonSchema[] = $ref !== undefined && target === undefined ? [{ type: 'object' }] : [];
  const all: JsonSchema[] = [...missing, ...(target === undefined ? [] : [target]), ...parts, beside];
  const schema: JsonSchema = {
    ...Object.assign({}, ...all),
    ...(all.some((each) => 'properties' in each) ? { properties: Object.assign({}, ...all.map(propertiesOf)) } : {}),
    required: all.flatMap(({ required }) => namesOf(required)),
  };
  const deeper = { ...place, depth: depth - 1 };
  return '$ref' in schema || 'allOf' in schema ? written(schema, deeper) : { ...deeper, schema };
}

function choicesOf({ anyOf, oneOf }: JsonSchema): JsonSchema[] {
  return [...schemasOf(anyOf), ...schemasOf(oneOf)];
}

/** The types that a value may have, as far as the schema says it beside its alternatives. */
function typesOf(schema: JsonSchema, choices: readonly JsonSchema[]): string[] {
  const given = Array.isArray(schema.type) ? namesOf(schema.type) : [schema.type];
  const types = TYPES.filter((type) => given.includes(type));
  // Alternatives of an object often say no more than which properties are required together.
  if (types.length > 0) return types;
  if (choices.some(({ type, $ref, properties, enum: values }) => type ?? $ref ?? properties ?? values)) return [];
  if (isSchema(schema.properties)) return ['object'];
  if (schema.items !== undefined || schema.prefixItems !== undefined) return ['array'];
  const values = valuesOf(schema).map((value) => (isInteger(value) ? 'integer' : typeof value));
  const [first] = values;
  return first !== undefined && TYPES.includes(first) && values.every((each) => each === first) ? [first] : [];
}

function isNullable({ type, nullable, enum: values }: JsonSchema, choices: readonly JsonSchema[]): boolean {
  if (nullable === true || choices.some((each) => each.type === 'null')) return true;
  return (Array.isArray(type) && type.includes('null')) || (Array.isArray(values) && values.includes(null));
}

function ofType(type: string, schema: JsonSchema, place: Place): JsonSchema {
  place.room.types -= 1;
  const { format } = schema;
  const known = typeof format === 'string' && FORMATS[type]?.includes(format) ? { format } : {};
  switch (type) {
    case 'object':
      return { type, ...membersOf(schema, place) };
    case 'array':
      return { type, items: converted(itemOf(schema), place) };
    case 'string': {
      const values = valuesOf(schema);
      const listed = values.length > 0 && values.every((value) => typeof value === 'string' && value !== '');
      return listed ? { type, enum: values } : { type, ...known };
    }
    default:
      return { type, ...known };
  }
}

function membersOf(schema: JsonSchema, place: Place): JsonSchema {
  const given = Object.entries(propertiesOf(schema)).filter(([, each]) => each !== false);
  // There is no room for them, so they are not even looked at.
  if (given.length > place.room.types) place.room.types = -1;
  if (place.room.types < 0) return {};
  const properties = Object.fromEntries(given.map(([name, each]) => [name, converted(each, place)]));
  if (Object.keys(properties).length === 0) return {};
  const required = [...new Set(namesOf(schema.required))].filter((name) => Object.hasOwn(properties, name));
  return required.length === 0 ? { properties } : { properties, required };
}

/** What an item of the array is. A list of items, one for each place, is taken for its first. */
function itemOf({ items, prefixItems }: JsonSchema): unknown {
  const list = Array.isArray(prefixItems) ? prefixItems : items;
  return Array.isArray(list) ? list[0] : list;
}

/** The description, with the values of an enumeration that Google's can't hold: it takes texts only. */
function described(type: string, schema: JsonSchema): JsonSchema {
  const { description } = schema;
  const text = typeof description === 'string' ? description : '';
  const values = valuesOf(schema);
  const held = type === 'string' && values.every((value) => typeof value === 'string' && value !== '');
  const list = JSON.stringify(values).slice(1, -1);
  const listed = values.length === 0 || held || list.length > LISTED_CHARACTERS ? '' : `One of ${list}.`;
  const all = [text, listed].filter((each) => each !== '').join(' ');
  return all === '' ? {} : { description: all };
}

function valuesOf({ enum: values, const: only }: JsonSchema): readonly unknown[] {
  const all = Array.isArray(values) ? values : only === undefined ? [] : [only];
  return all.filter((value) => value !== null);
}

function isInteger(value: unknown): boolean {
  return Number.isInteger(value);
}
