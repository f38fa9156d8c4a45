import { googleSchema } from './google-schema.ts';
import { bytesOf, isSchema, type JsonSchema, namesOf, propertiesOf } from './json-schema.ts';
import { objectSchema } from './object-schema.ts';

/** The kind of schemas that the servers of a protocol take for tools. */
export type SchemaDialect = 'json-schema' | 'anthropic' | 'google';

/** Anthropic refuses a request in which a tool has a property of any other name. */
const ANTHROPIC_PROPERTY = /^[a-zA-Z0-9_.-]{1,64}$/;
/** The depths to which references are written out, the largest first. */
const DEPTHS = [8, 4, 3, 2, 1, 0];
/** A reservation pays for a quarter more than the definition (`toolBytesBound`). */
const GROWTH = 1.2;
const GROWTH_BYTES = 128;

const shown: Readonly<Record<SchemaDialect, WeakMap<JsonSchema, JsonSchema>>> = {
  'json-schema': new WeakMap(),
  anthropic: new WeakMap(),
  google: new WeakMap(),
};

/**
 * A tool's input schema in a form that a provider takes: MCP servers use all of JSON Schema, and a provider refuses the
 * whole request for one schema that it does not take. The form may allow more than the original, never less that matters:
 * arguments are checked against the original before a tool is called.
 */
export function shownSchema(schema: JsonSchema, dialect: SchemaDialect): JsonSchema {
  const known = shown[dialect].get(schema);
  if (known !== undefined) return known;
  const made = withinBytes(schema, dialect);
  shown[dialect].set(schema, made);
  return made;
}

function withinBytes(schema: JsonSchema, dialect: SchemaDialect): JsonSchema {
  const object = dialect === 'anthropic' ? withPlainNames(objectSchema(schema)) : objectSchema(schema);
  const mostBytes = GROWTH * bytesOf(schema) + GROWTH_BYTES;
  if (dialect !== 'google') {
    const whole = dialect === 'json-schema' ? withItems(object) : object;
    const form = [whole, withoutDefinitions(whole)].find((each) => each !== undefined && bytesOf(each) <= mostBytes);
    if (form !== undefined) return form;
  }
  // Others take what Google takes, too.
  for (const depth of DEPTHS) {
    const form = googleSchema(object, { depth, mostBytes });
    if (form !== undefined) return form;
  }
  return { type: 'object' };
}

/** A definition that the top referred to is written out there, so its own copy may be of no more use. Undefined: it is used. */
function withoutDefinitions({ $defs, definitions, ...rest }: JsonSchema): JsonSchema | undefined {
  return JSON.stringify(rest).includes('"$ref":') ? undefined : rest;
}

function withPlainNames(schema: JsonSchema): JsonSchema {
  const named = Object.entries(propertiesOf(schema));
  const plain = named.filter(([name]) => ANTHROPIC_PROPERTY.test(name));
  if (plain.length === named.length) return schema;
  const required = namesOf(schema.required).filter((name) => ANTHROPIC_PROPERTY.test(name));
  return { ...schema, properties: Object.fromEntries(plain), required, additionalProperties: undefined };
}

/** OpenAI refuses an array that does not say what its items are. */
function withItems(schema: JsonSchema): JsonSchema {
  const isBare = schema.type === 'array' && schema.items === undefined;
  const changed = Object.entries(schema).map(([name, value]) => [name, membersWithItems(name, value)] as const);
  if (!isBare && changed.every(([name, value]) => value === schema[name])) return schema;
  return { ...Object.fromEntries(changed), ...(isBare ? { items: {} } : {}) };
}

const NAMED_SCHEMAS = new Set(['properties', '$defs', 'definitions', 'patternProperties']);
const SCHEMAS = new Set(['items', 'additionalProperties', 'anyOf', 'oneOf', 'allOf', 'prefixItems', 'not']);

function membersWithItems(name: string, value: unknown): unknown {
  if (NAMED_SCHEMAS.has(name) && isSchema(value)) {
    const changed = Object.entries(value).map(([key, each]) => [key, isSchema(each) ? withItems(each) : each] as const);
    return changed.every(([key, each]) => each === value[key]) ? value : Object.fromEntries(changed);
  }
  if (!SCHEMAS.has(name)) return value;
  if (isSchema(value)) return withItems(value);
  if (!Array.isArray(value)) return value;
  const changed = value.map((each) => (isSchema(each) ? withItems(each) : each));
  return changed.every((each, index) => each === value[index]) ? value : changed;
}
