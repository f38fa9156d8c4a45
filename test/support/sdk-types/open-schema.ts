import type { JSONSchema } from 'json-schema-to-typescript';

/**
 * Turns a schema of the OpenAPI document into one that `json-schema-to-typescript` writes as the SDK wants it:
 * - a string that is one of several values is open, so that a value of a newer server is no type error;
 * - a default stands in the description, where the reader of a doc comment sees it;
 * - a tuple is a tuple.
 */
export function openSchema(schema: JSONSchema): JSONSchema {
  const { default: byDefault, prefixItems, enum: values, description, $ref, ...rest } = schema;
  if ($ref !== undefined) return { $ref: $ref.replace('#/components/schemas/', '#/definitions/') };
  const said = describedWith(description, byDefault);
  const base = said === undefined ? {} : { description: said };
  if (Array.isArray(values)) return { ...base, ...enumOf(values) };
  if (Array.isArray(prefixItems)) return { ...base, tsType: `[${prefixItems.map(() => 'number').join(', ')}]` };
  return { ...base, ...withOpenParts(rest) };
}

const SCHEMAS_UNDER = new Set(['properties', 'patternProperties']);
const LISTS_OF_SCHEMAS = new Set(['oneOf', 'anyOf', 'allOf']);
const ONE_SCHEMA = new Set(['items', 'additionalProperties']);
/** Only these keywords say something about a type. */
const KEPT = new Set(['type', 'required', 'const', 'minItems']);

function withOpenParts(schema: JSONSchema): JSONSchema {
  return Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]) => {
      if (SCHEMAS_UNDER.has(keyword)) return [[keyword, mapValues(value as Record<string, JSONSchema>, openSchema)]];
      if (LISTS_OF_SCHEMAS.has(keyword)) return [[keyword, (value as JSONSchema[]).map(openSchema)]];
      if (ONE_SCHEMA.has(keyword) && typeof value === 'object') return [[keyword, openSchema(value as JSONSchema)]];
      return KEPT.has(keyword) || ONE_SCHEMA.has(keyword) ? [[keyword, value]] : [];
    }),
  );
}

function enumOf(values: NonNullable<JSONSchema['enum']>): JSONSchema {
  const texts = values.filter((value) => typeof value === 'string');
  if (texts.length < 2) return { enum: values };
  const nulls = values.includes(null) ? ' | null' : '';
  // The parentheses keep the union together where a list of such values is declared.
  return { tsType: `(${texts.map((text) => `'${text}'`).join(' | ')} | (string & {})${nulls})` };
}

function describedWith(description: unknown, byDefault: unknown): string | undefined {
  const text = typeof description === 'string' ? description : undefined;
  // A default of `{}` or of nothing says no more than that the field may be left out.
  if (byDefault === undefined || (typeof byDefault === 'object' && byDefault !== null)) return text;
  const said = `Default: ${JSON.stringify(byDefault)}.`;
  return text === undefined ? said : `${text} ${said}`;
}

function mapValues(
  record: Readonly<Record<string, JSONSchema>>,
  map: (schema: JSONSchema) => JSONSchema,
): Record<string, JSONSchema> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
