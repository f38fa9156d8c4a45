import { isSchema, type JsonSchema, namesOf, propertiesOf, referred, schemasOf } from './json-schema.ts';

/** A reference to a reference, and so on: a longer chain is a circle. */
const MOST_REFERENCES = 8;

/**
 * The schema with an object at its top, as every provider wants it: OpenAI and Anthropic take no alternatives there and no
 * references. Alternatives are put into one object, with the properties of all of them and the required ones of each.
 */
export function objectSchema(schema: JsonSchema): JsonSchema {
  return joined(schema, new Map());
}

/** @param known the parts that are joined already. Parts refer to each other: in a circle, or ever more of them to the same. */
function joined(schema: JsonSchema, known: Map<JsonSchema, JsonSchema>): JsonSchema {
  const { type: _type, $ref: _reference, allOf, anyOf, oneOf, enum: _enum, not: _not, ...rest } = resolved(schema);
  const own = isSchema(rest.properties) || Array.isArray(rest.required) ? [rest] : [];
  const joinedPart = (each: JsonSchema): JsonSchema => {
    const before = known.get(each);
    if (before !== undefined) return before;
    // A circle that leads back to this part then adds nothing to it.
    known.set(each, { type: 'object' });
    const made = joined(inDocument(each, schema), known);
    known.set(each, made);
    return made;
  };
  const parts = [...own, ...schemasOf(allOf).map(joinedPart)];
  const choices = [...schemasOf(anyOf), ...schemasOf(oneOf)].map(joinedPart);
  if (parts.length === own.length && choices.length === 0) return { ...rest, type: 'object' };
  const properties = Object.assign({}, ...[...choices, ...parts].map(propertiesOf));
  const required = [...parts.flatMap((part) => namesOf(part.required)), ...namesOfEach(choices)];
  return {
    ...rest,
    type: 'object',
    properties,
    required: [...new Set(required)],
    // What one part forbids another may name.
    additionalProperties: undefined,
  };
}

function resolved(schema: JsonSchema): JsonSchema {
  let at = schema;
  for (let hops = 0; hops < MOST_REFERENCES && at.$ref !== undefined; hops++) {
    const { $ref, ...beside } = at;
    at = { ...referred(schema, $ref), ...beside };
  }
  return at;
}

/** A part of a schema with the definitions that its references name. */
function inDocument(part: JsonSchema, { $defs, definitions }: JsonSchema): JsonSchema {
  return { ...part, $defs, definitions };
}

/** The names that all of the alternatives require. */
function namesOfEach(choices: readonly JsonSchema[]): string[] {
  const [first, ...others] = choices.map((choice) => namesOf(choice.required));
  return (first ?? []).filter((name) => others.every((names) => names.includes(name)));
}
